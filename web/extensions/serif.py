"""Set the words of the drawings in the page's own face.

Matplotlib draws words in DejaVu Sans, as outlines: so a drawing is the same on every machine, and a
stored notebook needs no font. On the finished pages the outlines are those of Charter, and where
it has none, as of Greek letters, of STIX. Each word keeps its place and its length.
"""

import re
from functools import cache
from pathlib import Path

import matplotlib
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

OURS = Path(__file__).parents[1] / "fonts"
THEIRS = Path(matplotlib.get_data_path(), "fonts/ttf")
FACES = {
    "DejaVuSans": ("charter_regular", "STIXGeneral"),
    "DejaVuSans-Bold": ("charter_bold", "STIXGeneralBol"),
    "DejaVuSans-Oblique": ("charter_italic", "STIXGeneralItalic"),
}
SET = "<!-- in Charter -->"
EM = 6400  # matplotlib's units
LARGER = 1.1  # so that small letters are as high as DejaVu's, whose are large
KERN = 15  # hundredths of an em that two signs of a word are at most moved, together or apart
GLYPH = re.compile(r'(<path id="(DejaVu[\w-]+)-([0-9a-f]+)" d=)"[^"]*"')
USE = re.compile(
    r'<use xlink:href="#(?P<name>DejaVu[\w-]+)-(?P<number>[0-9a-f]+)"'
    r'(?: transform="translate\((?P<x>\S+) (?P<y>\S+)\)(?: scale\((?P<scale>\S+)\))?")?/>'
)
LINE = re.compile(r'(?:<use xlink:href="#DejaVu[^>]*/>\s*)+')


@cache
def font(name):
    """Return a font of ours, or of matplotlib's."""
    path = OURS / f"{name}.woff"
    return TTFont(path if path.is_file() else THEIRS / f"{name}.ttf")


@cache
def advance(name, number):
    """Return how wide a glyph of DejaVu is, in hundredths of an em."""
    dejavu = font(name)
    width, _ = dejavu["hmtx"][dejavu.getGlyphName(int(number, 16))]
    return 100 * width / dejavu["head"].unitsPerEm


@cache
def replacement(name, number):
    """Return the font and the name of what stands in for a glyph of DejaVu; or None."""
    dejavu = font(name)
    glyph = dejavu.getGlyphName(int(number, 16))
    signs = [sign for sign, other in dejavu.getBestCmap().items() if other == glyph]
    for face in map(font, FACES.get(name, ())):
        for sign in signs:
            if sign in face.getBestCmap():
                return face, face.getBestCmap()[sign]
    return None


@cache
def width(name, number):
    """Return how wide what stands in for a glyph is, in hundredths of an em."""
    found = replacement(name, number)
    if not found:
        return advance(name, number)
    face, glyph = found
    return LARGER * 100 * face["hmtx"][glyph][0] / face["head"].unitsPerEm


@cache
def outline(name, number):
    """Return the outline of what stands in for a glyph, in matplotlib's units; or None."""
    found = replacement(name, number)
    if not found:
        return None
    face, glyph = found
    scale = LARGER * EM / face["head"].unitsPerEm
    pen = SVGPathPen(face.getGlyphSet(), ntos=lambda value: str(round(value)))
    face.getGlyphSet()[glyph].draw(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
    return pen.getCommands()


def words(line):
    """Return the signs of a line, as (name, number, x, y, scale), in lists that belong together."""
    found, end = [], None
    for use in USE.finditer(line):
        x, scale = float(use["x"] or 0), float(use["scale"] or 1)
        sign = use["name"], use["number"], x, float(use["y"] or 0), scale
        if end is None or sign[3:] != found[-1][-1][3:] or abs(x - end) > KERN * scale:
            found.append([])
        found[-1].append(sign)
        end = x + scale * advance(*sign[:2])
    return found


def set_anew(line):
    """Return the signs of a line, each word as long as before."""
    done = []
    for word in words(line[0]):
        name, number, end, y, scale = word[-1]
        at = word[0][2]
        length = end + scale * advance(name, number) - at
        stretch = length / sum(width(*sign[:2]) for sign in word)
        for name, number, *_ in word:
            place = f"translate({at:.2f} {y:g}) scale({stretch:.4f} {scale:g})"
            done.append(f'<use xlink:href="#{name}-{number}" transform="{place}"/>')
            at += stretch * width(name, number)
    return "\n".join([*done, ""])


def in_serif(svg):
    """Return a drawing whose words are set in the page's face."""
    drawn = GLYPH.sub(
        lambda g: f'{g[1]}"{outline(g[2], g[3])}"' if outline(g[2], g[3]) else g[0], svg
    )
    return LINE.sub(set_anew, drawn)


def set_words(app, exception):
    """Set the words of the finished drawings, once for each."""
    if exception or app.builder.name != "html":
        return
    for path in Path(app.outdir, "_images").glob("*.svg"):
        svg = path.read_text("utf-8")
        if "DejaVu" in svg and SET not in svg:
            path.write_text(in_serif(svg).replace("</svg>", f"{SET}</svg>"), "utf-8")


def setup(app):
    """Set them before dark.py draws the twins."""
    app.connect("build-finished", set_words, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
