"""Say of each piece of Chinese on a page that it is Chinese, so that a voice can read it as such.

Text that stands in an element with a language of its own is left alone, and so are code, formulas
and whatever no reader sees. The Chinese outside of such elements is in simplified characters,
unless OpenCC finds a traditional one in it.
"""

import re
from html.parser import HTMLParser
from pathlib import Path

from opencc import OpenCC

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
MARKS = "\u3000-\u303f\uff00-\uffef\u201c\u201d\u00b7"  # Chinese punctuation, and what joins words
RUN = re.compile(rf"[{HAN}](?:[{HAN}{MARKS}]*[{HAN}\uff09\u3002])?")
UNTOUCHED = {"code", "head", "pre", "script", "style", "svg", "textarea"}
VOID = {"br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Chinese(HTMLParser):
    """Finds the runs of Chinese that no element claims: pairs of places in the page's text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=False)
        self.starts = [0]
        for line in text.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.open, self.runs = [], []  # the open elements: name, whether their text is left alone
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in VOID:
            return
        attrs = dict(attrs)
        claimed = tag != "html" and "lang" in attrs
        formula = "math" in (attrs.get("class") or "").split()
        above = bool(self.open) and self.open[-1][1]
        self.open.append((tag, above or claimed or formula or tag in UNTOUCHED))

    def handle_startendtag(self, tag, attrs):
        pass  # such as <path/>: nothing stands in it

    def handle_endtag(self, tag):
        for depth in reversed(range(len(self.open))):
            if self.open[depth][0] == tag:
                del self.open[depth:]
                break

    def handle_data(self, data):
        if self.open and not self.open[-1][1]:
            line, column = self.getpos()
            start = self.starts[line - 1] + column
            self.runs += [(start + run.start(), start + run.end()) for run in RUN.finditer(data)]


def mark(text):
    """Return a page in which every run of Chinese has its language."""
    simplified = OpenCC("t2s").convert
    for start, end in reversed(Chinese(text).runs):
        run = text[start:end]
        script = "Hans" if simplified(run) == run else "Hant"
        text = f'{text[:start]}<span lang="zh-{script}">{run}</span>{text[end:]}'
    return text


def mark_pages(app, exception):
    """Mark the Chinese on the finished pages."""
    if exception or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text("utf-8")
        marked = mark(text)
        if marked != text:
            page.write_text(marked, "utf-8")


def setup(app):
    """Connect the functions above to the build."""
    app.connect("build-finished", mark_pages, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
