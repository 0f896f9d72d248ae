"""Check the built book: is every page there with its outputs, does every link lead somewhere.

    python web/check_built.py [_build/html]

A build can end without a complaint and still lack a page or a figure; this looks at what it left.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import yaml

# Attributes whose address a browser fetches by itself, as opposed to when a reader follows it.
LOADED = {
    ("audio", "src"), ("embed", "src"), ("iframe", "src"), ("img", "src"), ("link", "href"),
    ("object", "data"), ("script", "src"), ("source", "src"), ("video", "src"),
}  # fmt: skip


def toc_pages(root):
    """Return the pages that _toc.yml names, without their suffix."""

    def files(node):
        if isinstance(node, dict):
            for key, value in node.items():
                if key in ("root", "file"):
                    yield value
                else:
                    yield from files(value)
        elif isinstance(node, list):
            for item in node:
                yield from files(item)

    return list(files(yaml.safe_load((root / "_toc.yml").read_text("utf-8"))))


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


def expected_outputs(notebook):
    """Return how many cells with an output, and how many figures, a notebook's page must show."""
    outputs = [cell.outputs for cell in notebook.cells if cell.get("outputs")]
    figures = sum("image/svg+xml" in output.get("data", {}) for cell in outputs for output in cell)
    return len(outputs), figures


def check_page(root, site, name):
    """Yield what is wrong with the page of one entry in _toc.yml."""
    path = site / f"{name}.html"
    if not path.is_file():
        yield f"{name}: in _toc.yml, but not built"
        return
    source = root / f"{name}.ipynb"
    if source.is_file():
        page = Page(path)
        expected = expected_outputs(nbformat.read(source, as_version=4))
        drawn = [image for image in page.images if re.search(r"_images/.*\.svg$", image["src"])]
        shown = page.outputs, len(drawn)
        if shown != expected:
            yield (
                f"{name}: {shown[0]} cells with outputs and {shown[1]} figures on the page, "
                f"{expected[0]} and {expected[1]} in the notebook"
            )
        for image in drawn:
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


def main():
    root = Path(__file__).resolve().parent.parent
    site = Path(sys.argv[1] if len(sys.argv) > 1 else root / "_build/html")
    found = problems(root, site)
    print(*found, sep="\n", end="\n" if found else "")
    if found:
        sys.exit(f"{len(found)} problems in {site}")
    print(f"{len(toc_pages(root))} pages built, with their outputs; every link leads somewhere")


if __name__ == "__main__":
    main()
