"""The table of conventions, made from the rows of regkit.conventions.

```{conventions}
```
"""

import re
from fractions import Fraction

from sphinx.util.docutils import SphinxDirective

from regkit.conventions import CONVENTIONS

GROUPS = {
    "scikit-learn": ("sklearn.",),
    "Statistics packages": ("glmnet", "statsmodels.", "matlab.", "xgboost."),
    "PyTorch": ("torch.",),
    "TensorFlow and Keras": ("keras.", "tf."),
    "The documents of this course": ("document:",),
}

# What in a row's words is code: an equation, a setting, a dotted name, a name with an underscore.
CODE = re.compile(
    r"(\w+_\w+ \* \w = [^,]+|\w+ ?= ?'[^']*'|\w+=\w+"
    r"|\b[A-Za-z]\w*(?:[./]\w+)+|\w+_\w+(?:\(\w\)| > 0)?)|λ"
)


def here(row, part):
    """Return this book's l1 or l2 as a Python expression in the library's own numbers."""
    factor = row.l1 if part == "l1" else row.l2
    if factor is None:
        return "0"
    name = {role: name for name, role in row.parameters.items()}
    if part in name:
        terms = [name[part]]
    else:
        ratio = name["ratio"] if part == "l1" else f"(1 - {name['ratio']})"
        terms = [name["strength"], ratio] if "strength" in name else [ratio]
    factor = Fraction(factor) / Fraction(row.data.factor)
    if factor.numerator != 1:
        terms.insert(0, str(factor.numerator))
    over = ["S"] * row.data.summed + [row.l1_over if part == "l1" else row.l2_over]
    divisors = [name["inverse"]] if "inverse" in name else []
    divisors += [str(factor.denominator)] if factor.denominator != 1 else []
    divisors += [figure for figure in over if figure]
    product = " * ".join(terms)
    if len(divisors) < 2:
        return " / ".join([product, *divisors])
    return f"{product} / ({' * '.join(divisors)})"


def marked(text):
    """Return a row's words with code set as code, and λ as in the formulas."""
    return CODE.sub(lambda found: f"`{found[0]}`" if found[1] else "$\\lambda$", text)


def entry(row):
    """Return one row as Markdown."""
    lines = [f"`{row.name}`", f": ${row.formula}$", ""]
    if row.l1 is None and row.l2 is None:
        lines += ["  No `l1` and `l2` give the same model."]
    else:
        lines += [
            f"  `l1 = {here(row, 'l1')}`, `l2 = {here(row, 'l2')}`."
            f" Intercept {marked(row.intercept)}."
        ]
    if row.note:
        lines += ["", f"  {marked(row.note)}"]
    if "(2m)" in row.name:
        lines += ["", "  The document's $m$, the number of rows, is our $n$."]
    return "\n".join([*lines, "", f"  Source: {marked(row.source)}.", ""])


def page(rows):
    """Return the whole table as Markdown."""
    lines = []
    for title, starts in GROUPS.items():
        lines += [f"## {title}", ""]
        lines += [entry(row) for row in rows if row.name.startswith(starts)]
    return "\n".join(lines)


class Conventions(SphinxDirective):
    """The table, as a definition list."""

    def run(self):
        return self.parse_text_to_nodes(page(CONVENTIONS.values()), allow_section_headings=True)


def setup(app):
    """Make the directive known to Sphinx."""
    app.add_directive("conventions", Conventions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
