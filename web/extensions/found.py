"""What a page says of itself to a search, to whoever shares its link, and to a reference manager.

``reference/descriptions.toml`` says what each page is about; ``CITATION.cff`` says who wrote it.
The address of the site is known only where a runner builds it; elsewhere no tag pretends to one.
"""

import os
import re
import shutil
import tomllib
from html import escape
from pathlib import Path

import yaml
from cards import card, draw_cards
from sphinx.util import logging

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "reference" / "descriptions.toml"
NO_PAGES = ["genindex.html", "py-modindex.html", "search.html", "_modules/*"]


def descriptions():
    """Return the table: for each page, a dict with its `text` and perhaps its `card`'s title."""
    return tomllib.loads(TABLE.read_text("utf-8"))


def citation():
    """Return what CITATION.cff says, as a dict."""
    return yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))


def pages_address(repository):
    """Return where GitHub Pages shows the site of a repository; empty for one that is elsewhere."""
    found = re.fullmatch(r"https://github\.com/([^/]+)/([^/]+)", repository)
    if not found:
        return ""
    host = f"{found[1].lower()}.github.io"
    folder = "" if found[2].lower() == host else f"{found[2]}/"
    return f"https://{host}/{folder}"


def runner_address():
    """Return where GitHub Pages will show what this runner builds; empty where none runs."""
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    return pages_address(f"{server}/{os.environ.get('GITHUB_REPOSITORY', '')}")


def tags(page, title, text, address, year):
    """Return the <meta> tags of one page."""
    cited = citation()
    properties = {
        "og:type": "article",
        "og:site_name": cited["title"],
        "og:title": title,
        "og:description": text,
    }
    names = {
        "description": text,
        "author": ", ".join(author["name"] for author in cited["authors"]),
        "citation_title": title,
        "citation_author": [author["name"] for author in cited["authors"]],
        "citation_publication_date": year,
        "citation_inbook_title": [] if title == cited["title"] else cited["title"],
    }
    if address:
        properties["og:url"] = names["citation_public_url"] = f"{address}{page}.html"
        properties["og:image"] = address + card(page)
        properties["og:image:alt"] = f"{title}: a card with the lasso path of the prostate data"
        properties["og:image:width"], properties["og:image:height"] = "1200", "630"
        names["twitter:card"] = "summary_large_image"
    return "\n".join(
        f'<meta {kind}="{key}" content="{escape(one)}" />'
        for kind, tags in (("property", properties), ("name", names))
        for key, value in tags.items()
        for one in ([value] if isinstance(value, str) else value)
    )


def describe(app, pagename, templatename, context, doctree):
    """Add the tags to a page's head."""
    if doctree is None or app.builder.format != "html":
        return
    entry = descriptions().get(pagename)
    if entry is None:
        logging.getLogger(__name__).warning("%s has no entry in %s", pagename, TABLE.name)
        return
    title = app.env.titles[pagename].astext()
    text = tags(pagename, title, entry["text"], app.config.html_baseurl, app.config.copyright)
    context["metatags"] += "\n" + text + "\n"
    if title == app.config.html_title:
        context["docstitle"] = ""  # or the first page would be called twice by the book's name


def take_address(app, config):
    """Where the address is known, let each page name its own, and the sitemap list them all."""
    config.html_baseurl = runner_address()
    if config.html_baseurl:
        config.sitemap_url_scheme = "{link}"
        config.sitemap_excludes = NO_PAGES


def finish(app, exception):
    """Draw the cards, and let the site's own address show the first page."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    titles = {
        page: entry.get("card", app.env.titles[page].astext())
        for page, entry in descriptions().items()
        if page in app.env.titles
    }
    draw_cards(site, titles)
    shutil.copy(site / f"{app.config.root_doc}.html", site / "index.html")


def setup(app):
    """Connect the functions above to the build."""
    if runner_address():
        app.setup_extension("sphinx_sitemap")  # which without an address has nothing to say
    app.connect("config-inited", take_address)
    app.connect("html-page-context", describe)
    app.connect("build-finished", finish, priority=900)  # when the pages are as they will be
    return {"parallel_read_safe": True, "parallel_write_safe": True}
