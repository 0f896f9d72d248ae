"""The tables of the book: HTML on a page, aligned text in a terminal, the same digits in both."""

from collections.abc import Sequence
from html import escape

import numpy as np

__all__ = ["Table"]


class Table:
    """Rows of texts and numbers under a head; a notebook shows it where it ends a cell.

    Parameters
    ----------
    rows : sequence of rows
        Each as long as the head: texts, integers, and floats, which are rounded to `digits`. What
        rounds to zero is shown without a sign.
    head : sequence of str
        The names of the columns.
    digits : int or sequence of int, default 3
        Decimals of the floats: one number for all columns, or one for each.

    Raises
    ------
    ValueError
        If a row, or `digits`, is not as long as the head.

    Examples
    --------
    >>> Table([["lasso", 5, 0.5589], ["ridge", 8, -0.0741]], ["fit", "columns", "w"], digits=2)
    fit    columns      w
    lasso        5   0.56
    ridge        8  −0.07
    """

    def __init__(
        self,
        rows: Sequence[Sequence[object]],
        head: Sequence[str],
        *,
        digits: int | Sequence[int] = 3,
    ) -> None:
        decimals = [digits] * len(head) if isinstance(digits, int) else digits
        rows = [list(row) for row in rows]
        lines = {"digits": decimals} | {f"row {k}": row for k, row in enumerate(rows)}
        for name, line in lines.items():
            if len(line) != len(head):
                raise ValueError(f"{name} must be as long as head, {len(head)}; got {len(line)}.")
        self.head = list(head)
        self.cells = [list(map(_text, row, decimals)) for row in rows]
        self.left = [all(isinstance(v, str) for v in column) for column in zip(*rows, strict=True)]

    def __repr__(self) -> str:
        """Return aligned text: words to the left, numbers to the right."""
        padded = []
        for left, *column in zip(self.left, self.head, *self.cells, strict=True):
            width = max(map(len, column))
            padded.append([text.ljust(width) if left else text.rjust(width) for text in column])
        return "\n".join("  ".join(line).rstrip() for line in zip(*padded, strict=True))

    def _repr_html_(self) -> str:
        """Return a table of the class that the theme keeps legible in the dark."""
        head, *body = (self._row(texts, k) for k, texts in enumerate([self.head, *self.cells]))
        return (
            f'<table class="dataframe"><thead>{head}</thead><tbody>{"".join(body)}</tbody></table>'
        )

    def _row(self, texts: list[str], number: int) -> str:
        """Return one row of the HTML; the first row, and the first entry of each, are heads."""
        cells = []
        for k, (text, left) in enumerate(zip(texts, self.left, strict=True)):
            tag = "th" if text and (number == 0 or k == 0) else "td"
            scope = f' scope="{"row" if number else "col"}"' if tag == "th" else ""
            side = "left" if left else "right"
            cells.append(f'<{tag}{scope} style="text-align: {side}">{escape(text)}</{tag}>')
        return f"<tr>{''.join(cells)}</tr>"


def _text(value: object, digits: int) -> str:
    """Return how an entry is shown."""
    if isinstance(value, float | np.floating):
        return f"{value:z.{digits}f}".replace("-", "\N{MINUS SIGN}")
    return str(value)
