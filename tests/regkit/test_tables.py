"""A table says the same in text and in HTML, and refuses rows that do not fit its head."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from regkit.tables import Table

ROWS = [["a < b", 3, 0.126, -0.0001], ["c", np.int64(12), np.float64(-1.5), 2.0]]
HEAD = ["", "n", "x", "y"]


def read(table):
    """Return the texts of the HTML, row by row."""
    return [[cell.text or "" for cell in row] for row in ElementTree.fromstring(table).iter("tr")]


def test_text_and_html_hold_the_same_entries():
    table = Table(ROWS, HEAD, digits=[0, 0, 2, 1])
    expected = [["", "n", "x", "y"], ["a < b", "3", "0.13", "0.0"], ["c", "12", "−1.50", "2.0"]]
    assert read(table._repr_html_()) == expected
    lines = [re.split(r"\s{2,}", line) for line in repr(table).splitlines()]
    assert lines == expected


def test_numbers_end_where_their_head_ends_and_words_begin_where_it_begins():
    head, first, second = repr(Table(ROWS, ["of what", "n", "x", "y"])).splitlines()
    assert len(head) == len(first) == len(second)
    assert head.index("of what") == first.index("a < b") == second.index("c") == 0


def test_every_head_of_the_html_says_of_what_it_is_the_head():
    heads = ElementTree.fromstring(Table(ROWS, HEAD)._repr_html_()).iter("th")
    assert [th.get("scope") for th in heads] == ["col", "col", "col", "row", "row"]


@pytest.mark.parametrize(
    ("rows", "digits", "message"),
    [([[1, 2], [3]], 2, "row 1 must be as long as head, 2; got 1"), ([[1, 2]], [1], "digits must")],
)
def test_what_does_not_fit_the_head_is_refused(rows, digits, message):
    with pytest.raises(ValueError, match=message):
        Table(rows, ["a", "b"], digits=digits)
