"""The front page, the twins of the drawings, and the page for an address that leads nowhere."""

import re
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import dark
import front
import lost
import pytest
from found import descriptions

from regkit.plots import PALETTE

ROOT = Path(__file__).resolve().parents[2]
NUMBERED = sorted(ROOT.glob("chapters/[0-9]*.ipynb"))


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_every_chapter_has_a_question_and_a_drawing_within_its_frame(path):
    asks = descriptions()[f"chapters/{path.stem}"]["asks"]
    card = front.card(path, asks)
    assert asks.endswith("?") and re.search(rf"^\*\*{int(path.stem[:2])} · \w.*\*\*$", card, re.M)
    svg = ElementTree.fromstring(front.drawing(path.stem))
    for path in svg.iter("path"):
        numbers = [float(x) for x in re.findall(r"-?[\d.]+", path.get("d"))]
        assert all(-2 <= x <= front.WIDTH + 2 for x in numbers[::2])
        assert all(-2 <= y <= front.HEIGHT + 2 for y in numbers[1::2])


def test_no_colour_is_the_same_in_the_dark_and_each_keeps_its_twin():
    colours = dark.dark_colours()
    assert set(map(str.lower, PALETTE.values())) <= set(colours)
    assert all(before != after for before, after in colours.items())
    assert dark.twin('style="fill: #0072b2" stroke="#FFFFFF"', colours) == (
        f'style="fill: {colours["#0072b2"]}" stroke="{colours["#ffffff"]}"'
    )
    assert dark.twin("#123456 url(#p0072b21)", colours) == "#123456 url(#p0072b21)"


def luminance(colour):
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_label_can_be_read_on_either_paper():
    colours = dark.dark_colours()
    paper = luminance(colours["#ffffff"])
    words = [dark.word(value) for name, value in PALETTE.items() if name != "black"]
    for colour in [*words, "#222222"]:
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5, colour
        assert (luminance(colours[colour]) + 0.05) / (paper + 0.05) >= 4.5, colour


def test_a_page_shows_a_drawing_or_its_twin(tmp_path):
    name = "_images/" + "0a" * 32
    (tmp_path / "_images").mkdir()
    (tmp_path / f"{name}.svg").write_text('<svg fill="#0072b2"/>')
    page = tmp_path / "a.html"
    logo = '<img class="only-dark" src="_static/logo.svg">'
    page.write_text(f'{logo}<img alt="A line." src="{name}.svg" class="x">')
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(name="html"))
    for _ in range(2):  # a page that is not written anew has them already
        dark.draw_twins(app, None)
        text = page.read_text()
        assert (text.count("only-light"), text.count("only-dark")) == (1, 2)
        assert text.count("A line.") == 2 and f"{name}-dark.svg" in text
    assert (tmp_path / f"{name}-dark.svg").read_text() == '<svg fill="#4DA9E0"/>'


def test_the_lost_page_needs_nothing_beside_it(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "you/fork")
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(name="html"))
    lost.write_page(app, None)
    text = (tmp_path / "404.html").read_text("utf-8")
    assert "src=" not in text and "<link" not in text and "{" not in text.partition("<body>")[2]
    assert set(re.findall(r'href="([^"]+)/\w+\.html"', text)) == {"https://you.github.io/fork"}
