"""What the built pages say of themselves: title, description, card, address, language."""

from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urlsplit
from xml.etree import ElementTree

from cards import card
from language import Chinese

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LENGTHS = range(50, 161)  # characters of a description, which a search shows whole
ADDRESS = ".//{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


class Head(HTMLParser):
    """The title, the tags and the links in a page's head."""

    def __init__(self, text):
        super().__init__()
        self.title, self.tags, self.links, self.reading = "", {}, {}, False
        self.feed(text.partition("</head>")[0])

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.reading = tag == "title"
        if tag == "meta":
            self.tags[attrs.get("name") or attrs.get("property")] = attrs.get("content")
        elif tag == "link":
            self.links[attrs.get("rel")] = attrs.get("href")

    def handle_endtag(self, tag):
        self.reading = False

    def handle_data(self, data):
        self.title += data if self.reading else ""


def check_page(site, name, head):
    """Yield what is wrong with what one page says of itself."""
    text = head.tags.get("description") or ""
    if len(text) not in LENGTHS or not text.endswith((".", "。")):
        yield f"{name}: no good description: {text!r}"
    if text != head.tags.get("og:description"):
        yield f"{name}: two descriptions"
    if not head.tags.get("citation_title") or not head.tags.get("citation_author"):
        yield f"{name}: cannot be cited"
    path = site / card(name)
    if not path.is_file() or path.read_bytes()[:8] != SIGNATURE:
        yield f"{name}: no card"
    address = head.links.get("canonical")
    if address is not None:
        base = address.removesuffix(f"{name}.html")
        image = head.tags.get("og:image")
        if base == address or head.tags.get("og:url") != address or image != base + card(name):
            yield f"{name}: its addresses disagree: {address}, {head.tags.get('og:url')}, {image}"


def check_sitemap(site, heads):
    """Yield what is wrong with the sitemap, which stands where the pages have an address."""
    addresses = {head.links["canonical"] for head in heads.values() if "canonical" in head.links}
    path = site / "sitemap.xml"
    if not addresses and not path.is_file():
        return
    listed = ElementTree.parse(path).iterfind(ADDRESS) if path.is_file() else ()
    for address in sorted(addresses ^ {entry.text for entry in listed}):
        yield f"sitemap.xml and the pages disagree on {urlsplit(address).path}"


def check_found(site, names):
    """Return all that is wrong."""
    texts = {name: (site / f"{name}.html").read_text("utf-8") for name in names}
    heads = {name: Head(text) for name, text in texts.items()}
    found = [problem for name in names for problem in check_page(site, name, heads[name])]
    for key in ("title", "description"):
        values = [head.title if key == "title" else head.tags.get(key) for head in heads.values()]
        twice = [value for value, pages in Counter(values).items() if pages > 1]
        found += [f"more than one page has the {key} {value!r}" for value in twice]
    for name, text in texts.items():
        found += [f"{name}: no language: {text[start:end]}" for start, end in Chinese(text).runs]
    return found + list(check_sitemap(site, heads))
