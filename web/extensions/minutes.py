"""How long a chapter takes: counted from what its page shows open, and said under its question.

    {minutes}`1` {minutes}`1 2 4` {minutes}`all`

says elsewhere how long the chapters of these numbers take together. A hundred words a minute is the
speed of somebody who follows an argument with formulas in it, ten lines that of somebody who reads
code. What is folded counts for nothing, and a chapter ends with its exercises.
"""

import re
from pathlib import Path

from docutils import nodes
from notebooks import is_folded, read
from plain import OPENS
from sphinx.transforms import SphinxTransform

WORDS, LINES, FORMULA, PLAY = 100, 10, 1, 2  # a minute's words and lines; minutes for each of these
STEP = 5  # minutes, to which they are rounded
TIMED = re.compile(r"chapters/(\d\d|appendix)_")
END = re.compile(r"^## (?:\S+ )?Exercises", re.MULTILINE)
WORD = re.compile(r"[A-Za-zÀ-ÿ0-9][\w'’.,-]*")


def unfolded(text):
    """Return a cell's Markdown without its folds, and without the marks of what stays open."""
    done, lines = [], text.split("\n")
    while lines:
        opens = OPENS.match(line := lines.pop(0))
        if not opens:
            done.append(line)
            continue
        fence, name, _ = opens.groups()
        options = []
        while lines and lines[0].startswith(":") and lines[0] != fence:
            options.append(lines.pop(0))
        if name == "dropdown" or any(re.match(":class:.*dropdown", line) for line in options):
            del lines[: lines.index(fence) + 1]
    return "\n".join(line for line in done if not line.startswith(":::"))


def counted(notebook):
    """Return the words, open lines of code, displayed formulas and moving figures of a chapter."""
    words = lines = formulas = moving = 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            if not is_folded(cell) and cell.id != "colab":
                lines += sum(bool(line.strip()) for line in cell.source.split("\n"))
            continue
        end = END.search(cell.source)
        source = cell.source[: end.start()] if end else cell.source
        moving += source.count(":::{moving}")
        text = unfolded(source)
        formulas += text.count("$$") // 2
        text = re.sub(r"\$\$.*?\$\$|\]\([^)]*\)", " ", text, flags=re.DOTALL)
        words += len(WORD.findall(re.sub(r"\$[^$]*\$", " x ", text)))
        if end:
            break
    return words, lines, formulas, moving


def minutes(path):
    """Return how many minutes a chapter takes."""
    words, lines, formulas, moving = counted(read(path))
    time = words / WORDS + lines / LINES + FORMULA * formulas + PLAY * moving
    return STEP * max(1, round(time / STEP))


def said(paths):
    """Return the time of some chapters in words."""
    time = sum(map(minutes, paths))
    return f"{time} minutes" if time < 120 else f"{round(time / 60)} hours"


def named(root, numbers):
    """Return the paths of the chapters with these numbers, or of all that have one."""
    paths = {str(int(path.name[:2])): path for path in root.glob("chapters/[0-9]*.ipynb")}
    return list(paths.values()) if numbers == "all" else [paths[n] for n in numbers.split()]


def is_bold(paragraph):
    """Return whether all of a paragraph is bold; MyST puts empty texts round what is."""
    (first, *others) = [node for node in paragraph if node.astext()]
    return isinstance(first, nodes.strong) and not others


class Time(SphinxTransform):
    """Mark the bold question that comes first, and say under it how long a chapter takes."""

    default_priority = 850

    def apply(self):
        title = next(self.document.findall(nodes.title), None)
        if title is None or not self.env.docname.startswith("chapters/"):
            return
        place = title.parent.index(title) + 1
        question = title.parent[place]
        if isinstance(question, nodes.paragraph) and is_bold(question):
            question["classes"].append("question")
            place += 1
        if TIMED.match(self.env.docname):
            time = said([self.env.doc2path(self.env.docname)])
            text = f"About {time}. What is folded, and the exercises, come on top."
            title.parent.insert(place, nodes.paragraph("", text, classes=["time"]))


def role(name, raw, text, line, inliner, options=None, content=()):
    """Write the time of the chapters that the text names."""
    env = inliner.document.settings.env
    paths = named(Path(env.srcdir), text)
    for path in paths:
        env.note_dependency(str(path))
    return [nodes.Text(said(paths))], []


def setup(app):
    """Make the line and the role known to Sphinx."""
    app.add_transform(Time)
    app.add_role("minutes", role)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
