"""Is every page built, with its outputs, and does every link lead somewhere?

A build can end without a complaint and still lack a page or a figure; this looks at what it left.
"""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import nbformat
from minutes import TIMED
from notebooks import expected_outputs, toc_pages

# Attributes whose address a browser fetches by itself, as opposed to when a reader follows it.
LOADED = {
    ("audio", "src"), ("embed", "src"), ("iframe", "src"), ("img", "src"), ("link", "href"),
    ("object", "data"), ("script", "src"), ("source", "src"), ("video", "src"),
}  # fmt: skip


class Page(HTMLParser):
    """What is of interest on a page: its ids, addresses and images, and its cells' outputs."""

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.ids, self.links, self.loaded, self.images, self.outputs = set(), [], [], [], 0
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids |= {attrs[key] for key in ("id", "name") if attrs.get(key)}
        self.outputs += tag == "div" and "cell_output" in (attrs.get("class") or "").split()
        if tag == "img":
            self.images.append(attrs)
        if tag == "a" and "href" in attrs:
            self.links.append(attrs["href"])
        for key in attrs:
            if (tag, key) in LOADED and attrs.get("rel") not in ("canonical", "next", "prev"):
                self.loaded.append(attrs[key])


def check_page(root, site, name):
    """Yield what is wrong with the page of one entry in _toc.yml."""
    path = site / f"{name}.html"
    if not path.is_file():
        yield f"{name}: in _toc.yml, but not built"
        return
    source = root / f"{name}.ipynb"
    if source.is_file():
        page = Page(path)
        title = nbformat.read(source, as_version=4).cells[0].source
        opening = r'</h1>\s*<p class="question">.*?</p>'
        opening += r'\s*<p class="time">' if TIMED.match(name) else ""
        if re.match(r"# .+\n\n\*\*", title) and not re.search(opening, path.read_text("utf-8")):
            yield f"{name}: does not open with its question, and its time below"
        expected = expected_outputs(nbformat.read(source, as_version=4))
        drawn = [image for image in page.images if re.search(r"_images/.*\.svg$", image["src"])]
        twins = [image["src"] for image in drawn if image["src"].endswith("-dark.svg")]
        drawn = [image for image in drawn if image["src"] not in twins]
        shown = page.outputs, len(drawn)
        if shown != expected:
            yield (
                f"{name}: {shown[0]} cells with outputs and {shown[1]} figures on the page, "
                f"{expected[0]} and {expected[1]} in the notebook"
            )
        for image in drawn:
            if image["src"].replace(".svg", "-dark.svg") not in twins:
                yield f"{name}: {image['src']} has no twin for the dark"
            if not image.get("alt") or image["alt"].endswith(".svg"):
                yield f"{name}: {image['src']} has no alt text"


def check_addresses(site):
    """Yield each link that leads nowhere, and each thing that is fetched from another host."""
    pages = {path: Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}
    for path, page in pages.items():
        here = path.relative_to(site)
        for address in page.loaded:
            if urlsplit(address).netloc:
                yield f"{here}: loads {address} from another host"
        for address in page.links + page.loaded:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            fragment = unquote(parts.fragment)
            if not target.is_file():
                yield f"{here}: {address} leads to no file"
            elif fragment and target in pages and fragment not in pages[target].ids:
                yield f"{here}: {address} leads to no place on its page"
    for path in site.rglob("*.css"):
        for address in re.findall(r"url\(\s*['\"]?((?:https?:)?//[^)]*)", path.read_text("utf-8")):
            yield f"{path.relative_to(site)}: loads {address} from another host"


def problems(root, site):
    """Return all that is wrong with a built site."""
    site = site.resolve()
    found = [problem for name in toc_pages(root) for problem in check_page(root, site, name)]
    return found + list(check_addresses(site))
