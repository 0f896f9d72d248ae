"""A chapter in plain Markdown and HTML, for where nobody knows the book's directives.

Run, the download, Colab and Binder open this copy: a fold becomes <details>, a claim, a question or
an exercise a quotation, a figure that moves its still picture, a source a link to the bibliography.
What the page folds is folded there too. The workflow publishes the copies on the branch BRANCH.
"""

import base64
import copy
import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import nbformat
from found import pages_address
from moving import built
from moving_still import still, told
from notebooks import fold_name, read
from pybtex.database import parse_file

ROOT = Path(__file__).resolve().parents[2]
BRANCH = "notebooks"
OPENS = re.compile(r"^(:{3,}|`{3,})\{([\w-]+)\} *(.*)$")
OPTION = re.compile(r"^:([\w-]+): *(.*)$")
CITE = re.compile(r"\{cite:([pt])\}`([^`]+)`")
NAMED = re.compile(r"\{py:\w+\}`~?([^`]+)`")  # a mention of what regkit has
TARGET = re.compile(r"^\([\w-]+\)=\n", re.MULTILINE)  # names a place, and is nothing to read
SIGNS = {"wrong": "✗", "right": "✓", "depends": "~", "slip": "!"}
ELSEWHERE = "On the book's page this figure moves"


def sources():
    """Return author and year of each entry of the bibliography."""
    found = {}
    for key, entry in parse_file(str(ROOT / "references.bib")).entries.items():
        names = [" ".join(p.prelast_names + p.last_names) for p in entry.persons.get("author", [])]
        who = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
        found[key] = re.sub(r"[{}]", "", who), entry.fields.get("year", "")
    return found


def summary(title):
    """Return the HTML of a fold's title, in which Markdown would stand as it is."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(title, quote=False))
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", text)


def fold(title, body):
    """Return a fold; the blank lines make Markdown of what is in it."""
    return f"<details>\n<summary><b>{summary(title)}</b></summary>\n\n{body.strip()}\n\n</details>"


def quotation(title, body):
    """Return a quotation under a title."""
    lines = [f"**{title}**", "", *body.strip().splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def image(svg, alt):
    """Return an SVG as an image: an untrusted notebook shows this, and no SVG of its own."""
    data = base64.b64encode(svg.encode()).decode()
    style = "background: #fff; max-width: 100%"  # the ink is dark, and so may be the reader's page
    return f'<img alt="{escape(alt)}" style="{style}" src="data:image/svg+xml;base64,{data}">'


@dataclass
class Writer:
    """Writes one chapter cell by cell: counts its exercises, knows which solution is open.

    `base` is the book's address, `labels` the page of each label that is not on this one, and
    `beside` the notebooks in the same folder; a link to any other leads to the book.
    """

    page: str
    base: str
    labels: dict = field(default_factory=dict)
    beside: frozenset = frozenset()
    cited: dict = field(default_factory=sources)
    numbers: dict = field(default_factory=dict)
    solution: str = ""

    def cell(self, source):
        """Return the Markdown of one cell."""
        source = NAMED.sub(r"`\1`", TARGET.sub("", source))
        return self.links(self.citations(self.text(source.split("\n"))))

    def text(self, lines):
        """Return lines with each directive in its plain form; what is in a solution is folded."""
        done, rest = [], list(lines)
        while rest:
            line = rest.pop(0)
            opens = OPENS.match(line)
            if not opens:
                done.append(line)
                continue
            fence, name, title = opens.groups()
            end = next(i for i, line in enumerate(rest) if line.rstrip() == fence)
            body, rest = rest[:end], rest[end + 1 :]
            options = {}
            while body and (option := OPTION.match(body[0])):
                options[option[1]] = option[2]
                body.pop(0)
            if name == "solution-end":
                done, self.solution = [self.closed(done)], ""
            elif name == "solution-start":
                self.solution = f"Solution of exercise {self.numbers[title.strip()]}"
                return "\n".join([*done, self.text(rest)])
            elif not name.endswith("-end"):
                done.append(self.directive(name, title, options, self.text(body)))
        return self.closed(done)

    def closed(self, lines):
        """Return lines, folded if they belong to a solution."""
        text = "\n".join(lines)
        return fold(self.solution, text) if self.solution and text.strip() else text

    def directive(self, name, title, options, body):
        """Return the plain form of one directive, whose body has it already."""
        classes = options.get("class", "").split()
        if name == "dropdown" or "dropdown" in classes:
            return fold(title, body)
        if name == "admonition":
            sign = next((f" {SIGNS[word]}" for word in classes if word in SIGNS), "")
            return quotation(title + sign, body)
        if name in ("exercise", "exercise-start"):
            chapter = re.search(r"/0*(\d+)_", self.page)
            number = f"{chapter[1]}." if chapter else ""
            number += str(len(self.numbers) + 1)
            self.numbers[options.get("label", number)] = number
            return quotation(f"Exercise {number}: {title}", body)
        if name == "moving":
            figure, there = built(title), f"{self.base}{self.page}.html#moving-{title}"
            caption = body.replace(ELSEWHERE, f"On [the book's page]({there}) this figure moves")
            return f"{image(still(title, figure), told(figure))}\n\n{caption}"
        raise ValueError(f"{self.page}: there is no plain form of the directive {name}")

    def citations(self, text):
        """Write each source as author and year, a link to the bibliography."""
        address = f"{self.base}reference/bibliography.html"

        def write(found):
            keys = [self.cited[key.strip()] for key in found[2].split(",")]
            if found[1] == "t":
                return ", ".join(f"[{who} ({year})]({address})" for who, year in keys)
            return f"({'; '.join(f'[{who}, {year}]({address})' for who, year in keys)})"

        return CITE.sub(write, text)

    def links(self, text):
        """Point at the book each link that would lead nowhere from a notebook."""

        def write(found):
            path, place = found.groups(default="")
            name = Path(path).name
            if name in self.beside:
                return found[0]
            if not path:
                page = self.labels.get(place[1:], self.page)
            elif path.startswith("../"):
                page = path[3:].rpartition(".")[0]
            else:
                page = f"chapters/{path.rpartition('.')[0]}"
            return f"]({self.base}{page}.html{place})"

        return re.sub(r"\]\((?![a-z]+:)([\w./-]*?(?:\.ipynb|\.md)|)(#[\w-]+)?\)", write, text)


def folded(cell, name, colab):
    """Fold a code cell under a name, which its first line says."""
    cell.metadata["jupyter"] = {"source_hidden": True, **cell.metadata.get("jupyter", {})}
    if fold_name(cell) == name:
        cell.source = cell.source.partition("\n")[2]
    if colab:
        cell.metadata["cellView"] = "form"
    cell.source = f"# {'@title ' if colab else ''}{name}\n{cell.source}"


def plain(notebook, writer, *, colab=True):
    """Return a copy of a notebook with nothing in it but Markdown, HTML and code.

    With `colab` a folded cell is one there as well, by a first line that other programs show as it
    is.
    """
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = writer.cell(cell.source).strip()
            continue
        if writer.solution:
            cell.metadata["jupyter"] = {"outputs_hidden": True}
            folded(cell, writer.solution, colab)
        elif cell.id == "colab":
            folded(cell, "Install regkit where it is missing", colab)
        elif cell.metadata.get("jupyter", {}).get("source_hidden"):
            folded(cell, fold_name(cell), colab)
        for output in cell.outputs:
            data = output.get("data", {})
            if "image/svg+xml" in data:
                data["text/html"] = image(data.pop("image/svg+xml"), data["text/plain"])
    notebook.cells = [cell for cell in notebook.cells if cell.source]
    return notebook


def writer(app, page, beside=()):
    """Return the writer of one page of the book."""
    labels = app.env.domaindata["std"]["anonlabels"]
    places = {label: docname for label, (docname, _) in labels.items()}
    base = pages_address(app.config.html_theme_options["repository_url"])
    return Writer(page, base, places, frozenset(beside))


def write(notebook, path):
    """Write a notebook, each text in one piece: JupyterLite would put commas between its lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path, split_lines=False)


def write_downloads(app, exception):
    """Replace the sources that the site offers for download."""
    if exception or app.builder.name != "html":
        return
    for name in app.env.found_docs:
        path = app.env.doc2path(name)
        if path.endswith(".ipynb"):
            target = Path(app.outdir, "_sources", f"{name}.ipynb")
            write(plain(read(path), writer(app, name)), target)


def open_copies(app, pagename, templatename, context, doctree):
    """Let Colab and Binder open the copies, not the sources."""
    branch = app.config.html_theme_options["repository_branch"]
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []):
            for before, after in (
                (f"/{branch}?urlpath=", f"/{BRANCH}?urlpath="),
                (f"/blob/{branch}/", f"/blob/{BRANCH}/"),
            ):
                if button.get("text") in ("Binder", "Colab"):
                    button["url"] = button["url"].replace(before, after)


def setup(app):
    """Connect the functions above to the build."""
    app.connect("html-page-context", open_copies, priority=800)
    app.connect("build-finished", write_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
