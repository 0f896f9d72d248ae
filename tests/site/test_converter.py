"""The λ converter in the browser, for every pair of libraries, against regkit.conventions."""

import re

import converter
import pytest
from playwright.sync_api import expect

from regkit.conventions import Strength

PAGE = "reference/conventions.html"
NUMBERS = {"strength": 0.3, "ratio": 0.25, "l1": 0.7, "l2": 0.2, "inverse": 5.0}
FIGURES = {"S": 40.0, "sd_y": 2.5}
NUMBER = re.compile(r"(?<![\w.])\d[\d.]*(?:e[+-]?\d+)?")


def numbers(text):
    return [float(number) for number in NUMBER.findall(text)]


@pytest.fixture
def form(page):
    page.goto(PAGE)
    form = page.locator("#converter")
    expect(form.locator("fieldset")).to_be_enabled()
    return form


def fill(form, row):
    """Choose a row and type its numbers; return this book's strength."""
    form.get_by_label("I have").select_option(row.name)
    typed = {name: NUMBERS[role] for name, role in row.parameters.items()}
    for name, value in {**typed, **FIGURES}.items():
        form.locator(f'input[name="{name}"]').fill(str(value))
    return row.to_regkit(**typed, **FIGURES)


def test_every_pair(form):
    rows = converter.ALL
    for row in rows.values():
        strength = fill(form, row)
        shown = form.locator(".calls tr:visible")
        names, texts = (shown.locator(part).all_inner_texts() for part in ("th", "code"))
        found = dict(zip(names, texts, strict=True))
        others = {r.name for r in rows.values() if converter.loss(r) == converter.loss(row)}
        assert set(found) == others - {row.name}
        for name, text in found.items():
            wanted = converter.elsewhere(rows[name], Strength(*strength), FIGURES)
            assert NUMBER.sub("#", text) == NUMBER.sub("#", wanted), (row.name, name)
            assert numbers(text) == pytest.approx(numbers(wanted), rel=1e-8), (row.name, name)
        words = form.locator(".words").inner_text()
        assert words.startswith("It minimises")
        assert f"l1_ratio = {converter.number(strength.l1_ratio)}" in words
        assert form.locator(".formula:visible").count() == 1


def test_what_is_minimised_in_words(form):
    fill(form, converter.ALL["sklearn.Ridge"])  # a sum of squares + 0.2 w²
    assert "the sum of the squared errors + 0.2 · Σw²" in form.locator(".words").inner_text()
    fill(form, converter.ALL["sklearn.LogisticRegression"])
    assert "5 times the summed logistic loss + 0.25 · Σ|w| + 0.375 · Σw²" in (
        form.locator(".words").inner_text()
    )


@pytest.mark.parametrize("text", ["-1", "", "two", "1e999"])
def test_what_is_no_strength_is_refused_by_name(form, text):
    form.locator('input[name="alpha"]').fill(text)
    said = form.get_by_role("alert").inner_text()
    assert "alpha must be a number of at least 0" in said
    assert f'"{text}"' in said
    assert set(form.locator(".calls tr:visible code").all_inner_texts()) == {"–"}
    form.locator('input[name="alpha"]').fill("10")
    assert form.get_by_role("alert").count() == 0
    assert "ElasticNet(0.1492537313" in form.locator(".calls").inner_text()


def test_by_keyboard_alone(form, page):
    form.get_by_label("I have").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("0.5")
    assert "Ridge(alpha=" in form.locator(".calls").inner_text() or "has no L1 part" in (
        form.locator(".calls").inner_text()
    )
    assert "alpha = 0.5" in form.locator(".words").inner_text()
