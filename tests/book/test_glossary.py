"""The glossary is whole, and each chapter's first use of a term leads to it."""

import re

import pytest
from docutils import nodes
from glossary import anchor, first_uses, page, terms

TABLE = terms()


def linked(*blocks):
    """Return (text, term) for each link that a document made of these nodes would get."""
    found = first_uses(nodes.container("", *blocks), TABLE)
    return [(match[1], term) for _, matches in found for match, term in matches]


def test_only_the_first_use_is_linked():
    once, again = nodes.paragraph("", "The lasso, the Lasso."), nodes.paragraph("", "A lasso.")
    assert linked(once, again) == [("lasso", "lasso")]


def test_longest_term_wins_and_other_forms_count():
    assert linked(nodes.paragraph("", "Gradient descent shrinks.")) == [
        ("Gradient descent", "gradient descent"),
        ("shrinks", "shrinkage"),
    ]


def test_part_of_a_word_is_no_term():
    assert linked(nodes.paragraph("", "Abnormal, pathological, lasso-like.")) == []


@pytest.mark.parametrize("kind", [nodes.title, nodes.reference, nodes.literal, nodes.math])
def test_titles_links_code_and_formulas_are_left_alone(kind):
    assert linked(nodes.paragraph("", "", kind("", "lasso"))) == []


def test_title_of_a_fold_is_left_alone():
    fold = nodes.container("", nodes.paragraph("", "lasso"), classes=["sd-summary-title"])
    assert linked(fold) == []


def test_the_summary_in_chinese_is_left_alone():
    for title, found in (("中文提要", []), ("Claim A1", [("lasso", "lasso")])):
        box = nodes.admonition("", nodes.title("", title), nodes.paragraph("", "lasso"))
        assert [(a, b.lower()) for a, b in linked(box)] == found


def test_entries_are_whole_and_in_order():
    assert list(TABLE) == sorted(TABLE, key=str.lower)
    assert len({anchor(term) for term in TABLE}) == len(TABLE)
    for term, entry in TABLE.items():
        assert all(re.search(r"[一-鿿]", entry[script]) for script in ("hans", "hant")), term
        assert entry["meaning"].endswith((".", ")")) and f"({anchor(term)})=" in page(TABLE), term
