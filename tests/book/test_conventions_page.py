"""The page of conventions says what regkit.conventions does."""

from dataclasses import replace

import conventions as web
import pytest

from regkit.conventions import CONVENTIONS

NUMBERS = {"strength": 0.3, "ratio": 0.4, "l1": 0.7, "l2": 0.2, "inverse": 5.0}
FIGURES = {"S": 40.0, "sd_y": 2.5}
CONVERTED = [row for row in CONVENTIONS.values() if (row.l1, row.l2) != (None, None)]


@pytest.mark.parametrize("row", CONVERTED, ids=lambda row: row.name)
def test_expressions_give_what_the_converter_gives(row):
    typed = {name: NUMBERS[role] for name, role in row.parameters.items()}
    alpha, l1_ratio = row.to_regkit(**typed, **FIGURES)
    names = {**typed, **FIGURES}
    assert eval(web.here(row, "l1"), names) == pytest.approx(alpha * l1_ratio)
    assert eval(web.here(row, "l2"), names) == pytest.approx(alpha * (1 - l1_ratio))


def test_every_row_is_on_the_page_once():
    page = web.page(CONVENTIONS.values())
    assert [page.count(f"`{name}`\n") for name in CONVENTIONS] == [1] * len(CONVENTIONS)


@pytest.mark.parametrize("change", [{"l2": 3}, {"penalty": "P"}, {"source": "T"}, {"note": "N"}])
def test_page_changes_with_its_row(change):
    row = CONVENTIONS["sklearn.Ridge"]
    assert web.entry(replace(row, **change)) != web.entry(row)
