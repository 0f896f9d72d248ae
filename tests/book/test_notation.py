"""Every Greek or ornamental letter in the chapters' formulas is on the notation page."""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GREEK = (
    "alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau"
    "|phi|varphi|psi|omega|Gamma|Delta|Theta|Lambda|Sigma|Phi|Psi|Omega"
)
TITLES = {
    "appendix_fast_solver": "fast solver",
    "replication_elastic_net": "Table 2",
    "self_test": "self-test",
}
LETTER = re.compile(rf"\\(?:(?:{GREEK})(?![a-zA-Z])|math(?:cal|bb|frak)\s*\{{?[A-Z])")


def letters(text):
    """Return the letters in the formulas of a Markdown text."""
    formulas = re.findall(r"\$\$.+?\$\$|\$.+?\$", re.sub(r"`[^`]*`", "", text), re.DOTALL)
    return {re.sub(r"[\s{]", "", letter) for f in formulas for letter in LETTER.findall(f)}


def label(stem):
    """Return what the page calls a chapter: by its number, or by a short title."""
    return str(int(stem[:2])) if stem[0].isdigit() else TITLES.get(stem, stem)


def used():
    """Return the chapters that use each letter."""
    found = defaultdict(set)
    for path in (ROOT / "chapters").glob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                for letter in letters("".join(cell["source"])):
                    found[letter].add(label(path.stem))
    return found


USED = used()
PAGE = (ROOT / "reference" / "notation.md").read_text("utf-8")
EVERYWHERE, LOCAL = PAGE.split("### Letters of one section")
ROWS = [row.split(" | ") for row in LOCAL.split("\n\n")[2].splitlines()[2:]]


@pytest.mark.parametrize("letter", sorted(USED))
def test_letter_is_listed(letter):
    assert letter in letters(EVERYWHERE) | {x for row in ROWS for x in letters(row[0])}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_letter_of_one_section_stands_where_the_page_says(row):
    chapters = set(row[-1].strip(" |").split(", "))
    assert set().union(*(USED[letter] for letter in letters(row[0]))) == chapters


def test_no_letter_is_in_both_tables():
    assert not letters(EVERYWHERE) & {x for row in ROWS for x in letters(row[0])}
