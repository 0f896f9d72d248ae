"""The words of a drawing, set in the page's face: the same words, in the same places."""

import re
from unicodedata import normalize

import notebooks
import pytest
import serif
from notebooks import toc_pages

ROOT = notebooks.Path(__file__).resolve().parents[2]
CHAPTERS = [
    ROOT / f"{name}.ipynb" for name in toc_pages(ROOT) if (ROOT / f"{name}.ipynb").is_file()
]
SET = re.compile(
    r'#(DejaVu[\w-]+)-(\w+)" transform="translate\((\S+) (\S+)\) scale\((\S+) (\S+)\)"'
)


def drawings(path):
    """Return the drawings that a chapter has stored, which the locked matplotlib drew."""
    outputs = [o for cell in notebooks.read(path).cells for o in cell.get("outputs", [])]
    found = [output.get("data", {}).get("image/svg+xml") for output in outputs]
    return [svg for svg in found if svg]


DRAWING = next(svg for path in CHAPTERS for svg in drawings(path) if "Oblique" in svg)


def test_every_word_keeps_its_place_and_its_length():
    lines = list(serif.LINE.finditer(DRAWING))
    assert len(lines) > 10
    for line in lines:
        signs = iter(SET.findall(serif.set_anew(line)))
        for word in serif.words(line[0]):
            taken = [next(signs) for _ in word]
            assert [sign[:2] for sign in taken] == [sign[:2] for sign in word]
            name, number, x, y, scale = word[-1]
            *_, last, height, stretch, size = taken[-1]
            end = float(last) + float(stretch) * serif.width(name, number)
            assert float(taken[0][2]) == pytest.approx(word[0][2], abs=0.01)
            assert end == pytest.approx(x + scale * serif.advance(name, number), abs=0.1)
            assert (float(height), float(size)) == (y, scale)
            assert 0.8 < float(stretch) / scale < 1.25, "the signs are out of proportion"
        assert not list(signs)


def test_letters_are_charters_and_the_rest_of_the_drawing_is_as_it_was():
    before, after = DRAWING, serif.in_serif(DRAWING)
    outlines = dict(zip(*(serif.GLYPH.findall(svg) for svg in (before, after)), strict=True))
    assert len(outlines) > 20
    glyphs = [dict(re.findall(r'<path id="(DejaVu[^"]+)" d="([^"]*)"', s)) for s in (before, after)]
    assert all(glyphs[0][name] != glyphs[1][name] for name in glyphs[0])
    rest = [serif.LINE.sub("", serif.GLYPH.sub("", svg)) for svg in (before, after)]
    assert rest[0] == rest[1]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_numbers_of_the_signs_mean_what_is_written(path):
    """Matplotlib numbers the signs by their place in the font, and says each line in a comment."""
    told = re.compile(
        r"<!-- (.+?) -->\s*<g [^>]*>\s*(?:<defs>.*?</defs>\s*)?((?:<use [^>]*/>\s*)+)", re.S
    )
    signs = {glyph: chr(code) for code, glyph in serif.font("DejaVuSans").getBestCmap().items()}
    order = serif.font("DejaVuSans").getGlyphOrder()
    for cell in notebooks.read(path).cells:
        for output in cell.get("outputs", []):
            for text, uses in told.findall(output.get("data", {}).get("image/svg+xml", "")):
                if re.fullmatch("[A-Za-z ]+", text):
                    numbers = re.findall(r'"#DejaVuSans-([0-9a-f]+)"', uses)
                    said = "".join(signs[order[int(number, 16)]] for number in numbers)
                    assert normalize("NFKC", said) in (
                        text,
                        "",
                    )  # which parts what is joined, as fi
