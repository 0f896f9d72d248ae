"""Check the PDF of the book against its sources: python web/check_pdf.py

Is every page of _toc.yml in the outline, every figure drawn, every exercise followed by a solution,
every Chinese term readable; did a font lack a sign, a link its target, a line its room?
"""

import re
import sys
import tomllib
from pathlib import Path

import nbformat
from notebooks import expected_outputs, toc_pages

ROOT = Path(__file__).resolve().parent.parent
PDF = ROOT / "_build/pdf/regularization-checked.pdf"
ROOM = 20  # points that a line or a page may stand out into a margin of 60

DIRECTIVES = {
    "exercises": r"^[:`]{3,}\{exercise(?:-start)?\}",
    "solutions": r"^[:`]{3,}\{solution(?:-start)?\}",
    "summaries in Chinese": r"^[:`]{3,}\{admonition\} 中文提要",
}
IN_TEXT = {  # each has a number of its own, so that a mention is not counted as another one
    "exercises": r"(?<!to)Exercise(\d[\d.]*)\(",
    "solutions": r"SolutiontoExercise(\d[\d.]*)\(",
    "summaries in Chinese": r"中文提要()",
}
FIGURE = r"^[:`]{3,}\{(?:figure|moving)\}"


def sources(root):
    """Yield the Markdown of each page of the book, and how many figures its cells draw."""
    for name in toc_pages(root):
        notebook = root / f"{name}.ipynb"
        if notebook.is_file():
            book = nbformat.read(notebook, as_version=4)
            cells = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
            yield "\n\n".join(cells), expected_outputs(book)[1]
        else:
            yield (root / f"{name}.md").read_text("utf-8"), 0


def expected(root):
    """Return what the sources promise: titles, terms, and numbers of things."""
    pages = list(sources(root))
    text = "\n\n".join(page for page, _ in pages)
    found = {name: len(re.findall(mark, text, re.M)) for name, mark in DIRECTIVES.items()}
    # The title page shows a figure of the first page once more.
    found["figures"] = 1 + sum(drawn for _, drawn in pages) + len(re.findall(FIGURE, text, re.M))
    found["titles"] = [re.search(r"^# (.*)", page, re.M)[1] for page, _ in pages[1:]]
    glossary = tomllib.loads((root / "reference/glossary.toml").read_text("utf-8"))
    found["terms"] = [entry[form] for entry in glossary.values() for form in ("hans", "hant")]
    return found


def read(path):
    """Return what a PDF holds, in the same form."""
    from pypdf import PdfReader

    pdf = PdfReader(path)
    # Where a line ends and a formula begins, spaces come and go.
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in pdf.pages))
    found = {name: numbered(name, text) for name in IN_TEXT}
    found["figures"] = sum(drawings(page) for page in pdf.pages)
    found["titles"] = [entry.title for entry in flat(pdf.outline)]
    found["text"] = text
    found["pages"] = len(pdf.pages)
    found["metadata"] = {key: pdf.metadata.get(key) for key in ("/Title", "/Author")}
    return found


def numbered(name, text):
    """Return how many things of a name there are: how many numbers, if they have any."""
    found = re.findall(IN_TEXT[name], text)
    return len(found) if set(found) == {""} else len(set(found))


def drawings(page):
    """Return how many figures a page shows."""
    objects = page["/Resources"].get("/XObject", {})
    return sum(objects[key].get_object()["/Subtype"] == "/Form" for key in objects)


def flat(outline):
    """Yield the entries of an outline, deeper ones too, in their order."""
    for entry in outline:
        if isinstance(entry, list):
            yield from flat(entry)
        else:
            yield entry


def content_problems(wanted, found):
    """Yield what the PDF lacks."""
    for name in (*IN_TEXT, "figures"):
        if wanted[name] != found[name]:
            yield f"{found[name]} {name}, {wanted[name]} in the sources"
    rest = iter(re.sub(r"^[\d.]+ ", "", title) for title in found["titles"])
    yield from (f"not in the outline: {title}" for title in wanted["titles"] if title not in rest)
    for term in wanted["terms"]:
        if re.sub(r"\s", "", term) not in found["text"]:
            yield f"cannot be read: {term}"
    yield from (
        f"no {key} in the metadata" for key, value in found["metadata"].items() if not value
    )


def log_problems(log):
    """Yield what XeLaTeX complained of."""
    for sign, font in set(
        re.findall(r"Missing character: There is no (.+?) in font ([^/!:]+)", log)
    ):
        yield f"no {sign} in {font}"
    for target in set(re.findall(r"(?:Hyper r|R)eference `([^']+)' on page \S+ undefined", log)):
        yield f"a link to nowhere: {target}"
    for points, way, place in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt (too \w+)\) (.*)", log):
        if float(points) > ROOM:
            yield f"{points} points {way}, {place}"


def main():
    log = PDF.with_suffix(".log").read_text("utf-8", errors="replace")
    wanted, found = expected(ROOT), read(PDF)
    wrong = [*content_problems(wanted, found), *log_problems(log)]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    if wrong:
        sys.exit(f"{len(wrong)} problems in {PDF.name}")
    counts = ", ".join(f"{found[name]} {name}" for name in ("pages", "figures", *IN_TEXT))
    print(f"{PDF.name}: {counts}; no sign is missing, every link leads somewhere")


if __name__ == "__main__":
    main()
