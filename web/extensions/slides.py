"""Slides of each chapter's core, 16:9, made from its finished page.

    ```{slides}
    ```

is the row of links to them. The rule by which a page becomes slides:

The first slide has the question and the opening figure. Then each section, up to *What the
documents say*, gives its idea and its questions. The idea is how the section begins; each displayed
formula and table of the text, under the sentences that lead to it; each drawing with its caption;
where there is none of these, what a cell shows first, with what is said of it at once; and at the
end each figure that moves, with the last sentences of its caption. What is too much for one slide
is spread over as few as will hold it. A question is that of *Predict, then change*, under the cell
that it changes and beside what that cell shows; its answer comes with the next key. The last slide
says how each paragraph of the summary begins. Text is cut between sentences alone: it begins, or
ends, with as many as are short together, and at least one. What the page folds is left out.

``slides.css`` measures everything in shares of the slide, so that what fits does so on every screen
and on paper. The slides lie one above the other, and the browser scrolls. reveal.js would weigh
166 kB more, and hide all slides but one, where MathJax cannot measure and paper needs a mode.
"""

import math
import re
import shutil
import string
from copy import copy
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup
from docutils import nodes
from notebooks import read
from sphinx.util.docutils import SphinxDirective

BEGINNING, LEADING, SUMMARY = 200, 150, 1000  # characters
ROOM = 28  # rem: what a slide holds below its heading
DRAWING = 13  # rem: the least height of a drawing, which takes what is left
LARGE = 17  # rem: what is less than this is set in larger type
WIDTH = 92  # characters of a line
PREDICT = "Predict, then change"
OUTPUT = 9  # lines that a cell shows; more are left on the page, or
LONG = 18  # lines, if the slide has nothing else, which are set in smaller type
END = re.compile(r"(?:(?<=[.?!\uefff])|(?<=[.?!][”’)]))\s+(?=[^a-z])")
FOLDED = ("asked", "dropdown", "tag_check", "tag_setup", "tag_hide-cell")
SHEETS = ("pygments.css", "moving/moving.css", "slides.css")
# The size of a formula, which elsewhere depends on whether the text's face has come by then.
MEASURED = "<script>MathJax.chtml = {matchFontHeight: false, scale: 1.06};</script>"
PAGE = string.Template("""<!DOCTYPE html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title: slides</title>
<link rel="icon" href="../_static/logo.svg">
<script>
document.documentElement.classList.add("shown");
if (localStorage.getItem("mode") === "dark" || localStorage.getItem("mode") !== "light"
    && matchMedia("(prefers-color-scheme: dark)").matches)
  document.documentElement.dataset.theme = "dark";
</script>
$sheets
$scripts
</head>
<body>
<main>
$slides
</main>
</body>
</html>
""")


@dataclass(frozen=True)
class Block:
    """A piece of a slide: its HTML, and how high it will be, in rem."""

    html: str
    height: float = 0

    def __add__(self, other):
        return Block(self.html + other.html, self.height + other.height)


@dataclass(frozen=True)
class Slide:
    """A heading, what stands under it, and the place on the page that says more."""

    heading: str
    blocks: tuple
    place: str
    kind: str = "idea"


def classes(node):
    return set(node.get("class") or ())


def sentences(paragraph):
    """Return the sentences of a paragraph, each as HTML; none ends within a formula or a link."""
    kept = list(paragraph.contents)
    masked = ""
    for number, child in enumerate(kept):
        if child.name:  # an element is one sign, and perhaps the end of a sentence
            ends = re.search(r"[.?!]\s*$", child.get_text())
            masked += chr(0xE000 + number) + ("\uefff" if ends else "")
        else:
            masked += str(child).replace("&", "&amp;").replace("<", "&lt;")

    def unmask(text):
        text = text.replace("\uefff", "")
        return re.sub(r"[\ue000-\uefff]", lambda sign: str(kept[ord(sign[0]) - 0xE000]), text)

    whole = [""]
    for piece in END.split(masked.strip()):  # what stands in parentheses stays together
        whole[-1] = f"{whole[-1]} {piece}".strip()
        if whole[-1].count("(") == whole[-1].count(")"):
            whole.append("")
    return [unmask(sentence) for sentence in whole if sentence]


def said(html):
    """Return how many characters of a sentence are read."""
    return len(BeautifulSoup(html, "html.parser").get_text())


def first(sentences, most=BEGINNING):
    """Return the first of some sentences: as many as are short together, and at least one."""
    chosen = []
    for sentence in sentences:
        if chosen and sum(map(said, chosen)) + said(sentence) > most:
            break
        chosen.append(sentence)
    return chosen


def leading(paragraph):
    """Return the sentences that lead to the formula after a paragraph."""
    whole = [one for one in sentences(paragraph) if not one[0].islower()]  # not the end of one
    return first(whole[::-1] or sentences(paragraph), LEADING)[::-1]


def text(*chosen):
    """Return sentences as a block."""
    lines = math.ceil(sum(map(said, chosen)) / WIDTH)
    return Block(f"<p>{' '.join(chosen)}</p>", 1.9 * lines + 0.6)


def formula(node):
    rows = 1 + node.get_text().count(r"\\")
    return Block(str(node), 1.4 + 2.6 * rows)


def figure(cell):
    """Return what a cell has drawn, with its caption."""
    drawings = "".join(str(image) for image in cell.select("img.drawn"))
    caption = cell.select_one("p.figure-number").decode_contents()
    caption = f"<figcaption>{caption}</figcaption>"
    return Block(f'<figure class="drawing"><div>{drawings}</div>{caption}</figure>', DRAWING)


def moving(node):
    """Return a figure that moves, with the end of its caption: what it asks the reader to try."""
    caption = node.figcaption.find_all("p")[-1]
    caption.replace_with(BeautifulSoup(text(*leading(caption)).html, "html.parser"))
    return Block(str(node), ROOM)


def output(cell, most=OUTPUT):
    """Return what a cell shows; None if that is nothing, or much."""
    shown = cell.select_one(".cell_output :is(table, pre)")
    return shown and table(shown, most)


def table(shown, most=OUTPUT):
    """Return a table or printed lines, in smaller type if they are many; None if too many."""
    rows = len(shown.select("tr")) or shown.get_text().strip().count("\n") + 1
    long, height = (" long", 1.25) if rows > OUTPUT else ("", 1.9)
    block = Block(f'<div class="output{long}">{shown}</div>', height * rows + 1)
    return block if rows <= most else None


def tabled(node):
    """Return a table of the text; None if a node is none, or a long one."""
    return table(node.table) if "pst-scrollable-table-container" in classes(node) else None


def is_open(node):
    return node.name and not classes(node) & set(FOLDED)


def idea(section):
    """Return the blocks that tell a section's idea, and those of the sections within it."""
    blocks, last, before, begun, result = [], [], None, [], None
    for node in filter(is_open, section.find_all(recursive=False)):
        kind = classes(node)
        if node.name == "section":
            blocks += [Block(f"<h3>{heading(node)}</h3>", 2.6), *idea(node)]
        elif node.name == "p":
            if not begun:
                begun = first(sentences(node))
                blocks.append(text(*begun))
            elif result and "<p>" not in result.html and result.height < LARGE:
                result += text(*first(sentences(node), LEADING))
            before = node
        elif displayed := (formula(node) if "math" in kind else tabled(node)):
            leads = [one for one in leading(before) if one not in begun] if before else []
            blocks += [text(*leads), displayed] if leads else [displayed]
            before = None
        elif "moving" in kind:
            last.append(moving(node))
        elif "cell" in kind and node.select_one("img.drawn"):
            blocks.append(figure(node))
        elif "cell" in kind and not result:
            result = output(node, LONG)
    alone = [result] if result and len(blocks) == 1 else []
    return blocks + alone + last


def pack(blocks, room):
    """Yield blocks in portions that fit; a sentence goes with what it leads to, if both do."""
    portion = []
    for at, block in enumerate(blocks):
        together = block.height
        while blocks[at].html.startswith(("<p>", "<h3>")) and at + 1 < len(blocks):
            at += 1
            together += blocks[at].height
        if portion and sum(one.height for one in portion) + together > room:
            yield tuple(portion)
            portion = []
        portion.append(block)
    if portion:
        yield tuple(portion)


def balanced(blocks):
    """Return blocks in as few portions as fit, none much fuller than another."""
    room, portions = ROOM, list(pack(blocks, ROOM))
    while room and len(closer := list(pack(blocks, room - 1))) == len(portions):
        room, portions = room - 1, closer
    return portions


def question(box, cell):
    """Return the blocks of a question: the cell that it changes, what that shows, the answer."""
    answer = box.select_one(".answer").extract()
    box.select_one(".admonition-title").extract()
    answer.select_one(".admonition-title").extract()
    code = str(cell.select_one(".cell_input .highlight")).replace("\n\n\n", "\n\n")
    shown = output(cell) or Block("")
    words = [Block(one.decode_contents(), text(str(one)).height) for one in (box, answer)]
    height = 1.3 * code.count("\n") + shown.height + sum(one.height for one in words)
    asked = f"""<div class="try">{shown.html}<div class="ask">{words[0].html}
<div class="told"><button type="button">Answer</button><div class="answer">{words[1].html}</div>
</div></div></div>"""
    return Block(code), Block(asked, height)


def heading(section):
    """Return a section's heading as HTML, without the link to itself."""
    title = copy(section.find(["h1", "h2", "h3"]))
    for link in title.select(".headerlink"):
        link.extract()
    return title.decode_contents()


def told(section, cells):
    """Yield the slides of a section, and of those within it."""
    place = section["id"]
    for portion in balanced(idea(section)):
        yield Slide(heading(section), portion, place)
    for box in section.select(".predict"):
        asked = question(box, cells[box["id"]])
        yield Slide(f"{PREDICT} <small>{heading(section)}</small>", asked, box["id"], "question")


def cells(path, page):
    """Return the cell that each question changes, by the question's name."""
    notebook = read(path).cells
    code = [cell.id for cell in notebook if cell.cell_type == "code" and cell.id != "colab"]
    shown = dict(zip(code, page.select("div.cell"), strict=True))
    asking = [cell for cell in notebook if "try" in cell.metadata]
    names = [re.search(r"^:name: (\S+)", cell.source, re.MULTILINE)[1] for cell in asking]
    return {
        name: shown[cell.metadata["try"]["cell"]] for name, cell in zip(names, asking, strict=True)
    }


def opening(chapter):
    """Return the blocks of the first slide."""
    question = chapter.select_one("p.question")
    picture = next(
        node
        for node in chapter.find_all(recursive=False)
        if "moving" in classes(node) or node.select_one("img.drawn")
    )
    drawn = moving(picture) if "moving" in classes(picture) else figure(picture)
    return Block(str(question)), drawn


def summary(section):
    """Return how each paragraph of the summary begins."""
    paragraphs = section.find_all("p", recursive=False)
    each = SUMMARY // len(paragraphs)
    items = [text(*first(sentences(one), each)) for one in paragraphs]
    listed = "".join(f"<li>{item.html}</li>" for item in items)
    return (Block(f"<ul>{listed}</ul>", sum(item.height for item in items)),)


def chapter_slides(path, page):
    """Yield the slides of a chapter."""
    chapter = page.select_one("article section")
    yield Slide(heading(chapter), opening(chapter), chapter["id"], "title")
    changed = cells(path, page)
    for section in chapter.find_all("section", recursive=False):
        if "What the documents say" in section.h2.get_text():
            break
        yield from told(section, changed)
    for section in chapter.find_all("section", recursive=False):
        if section["id"] == "summary":
            yield Slide("Summary", summary(section), section["id"], "summary")


def written(slide, number, count, name, title):
    """Return one slide as HTML."""
    level = "h1" if slide.kind == "title" else "h2"
    body = "\n".join(block.html for block in slide.blocks)
    large = " large" if 0 < sum(block.height for block in slide.blocks) < LARGE else ""
    return f"""<section class="slide {slide.kind}{large}" id="slide-{number}">
<{level}>{slide.heading}</{level}>
<div class="body">
{body}
</div>
<footer><span>{title}</span> <a href="../chapters/{name}.html#{slide.place}">read it</a>
<span class="number">{number} / {count}</span></footer>
</section>"""


def mended(html, name):
    """Return the HTML of slides with links that lead to the page, and no second id for a place."""
    soup = BeautifulSoup(html, "html.parser")
    for node in soup.select("[id]:not(.slide)"):
        if not node.find_parent(class_="moving") and "moving" not in classes(node):
            del node["id"]
    for image in soup.select("img.only-light"):  # which paper shows, whatever the screen does
        del image["loading"]
    for link in soup.select(".headerlink"):
        link.extract()
    for link in soup.select("a[href]"):
        address = link["href"]
        if address.startswith("#"):
            link["href"] = f"../chapters/{name}.html{address}"
        elif not re.match(r"[a-z]+:|\.\./", address):
            link["href"] = f"../chapters/{address}"
    return str(soup)


def deck(path, html):
    """Return the page of a chapter's slides, made from the chapter's page."""
    page = BeautifulSoup(html, "html.parser")
    title = page.select_one("article section > h1").get_text().strip("#\n ")
    slides = list(chapter_slides(path, page))
    count = len(slides)
    body = "\n".join(
        written(slide, number, count, path.stem, title) for number, slide in enumerate(slides, 1)
    )
    scripts = [str(one) for one in page.find_all("script", string=re.compile("window.MathJax"))]
    scripts += [MEASURED, *map(str, page.select('script[src*="mathjax/"], script[src*="moving/"]'))]
    scripts.append('<script defer src="../_static/slides.js"></script>')
    sheets = [f'<link rel="stylesheet" href="../_static/{name}">' for name in SHEETS]
    return PAGE.substitute(
        title=title,
        sheets="\n".join(sheets),
        scripts="\n".join(scripts),
        slides=mended(body, path.stem),
    )


def chapters(root):
    """Return the paths of the numbered chapters."""
    return sorted(Path(root, "chapters").glob("[0-9]*.ipynb"))


class Slides(SphinxDirective):
    """A link for each chapter; in print, nothing."""

    def run(self):
        if self.env.app.builder.name != "html":
            return []
        paragraph = nodes.paragraph("", "Slides of chapter ")
        for number, path in enumerate(chapters(self.env.srcdir), 1):
            if number > 1:
                paragraph += nodes.Text(" · ")
            address = f"../slides/{path.stem}.html"
            paragraph += nodes.reference("", str(number), refuri=address)
        return [paragraph]


def add_button(app, pagename, templatename, context, doctree):
    """Offer the slides where a chapter can be downloaded."""
    path = f"slides/{Path(pagename).name}"
    if app.builder.name != "html" or not re.match(r"chapters/\d", pagename):
        return
    for group in context["header_buttons"]:
        if group["label"] == "download-buttons":
            address = context["pathto"](f"{path}.html", resource=True)
            tip = "Slides of this chapter"
            button = {"type": "link", "url": address, "text": "Slides", "tooltip": tip}
            group["buttons"].append(button | {"icon": "fas fa-film", "label": "slides"})


def clear(app):
    """Remove the slides of an earlier build, which what mends the pages must not mend again."""
    shutil.rmtree(Path(app.outdir, "slides"), ignore_errors=True)


def write(app, exception):
    """Make the slides of the finished pages."""
    if exception or app.builder.name != "html":
        return
    folder = Path(app.outdir, "slides")
    folder.mkdir()
    for path in chapters(app.srcdir):
        html = Path(app.outdir, "chapters", f"{path.stem}.html").read_text("utf-8")
        (folder / f"{path.stem}.html").write_text(deck(path, html), "utf-8")


def setup(app):
    """Write when light.py has made the pages what they will be."""
    app.add_directive("slides", Slides)
    app.connect("builder-inited", clear)
    app.connect("html-page-context", add_button, priority=800)
    app.connect("build-finished", write, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
