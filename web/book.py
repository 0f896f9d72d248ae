"""What this book adds to Sphinx: alt text, a fork's own address, nothing superfluous."""

import os
import re
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes

SVG = "{http://www.w3.org/2000/svg}"

FORMULA = r'\(?<span class="math [^>]*>\\\([^<]*\\\)</span>'
POINT = r"[-.,;:?!)\]’”]+(?=[\s<])|[，。；：、）]"

# What the theme writes into every page and offers no setting for: a pattern, and what replaces it.
MENDED = (
    # Half a megabyte that draws the icons a second time: the theme's fonts have drawn them already.
    (r"<script[^>]*scripts/fontawesome\.js[^>]*></script>", ""),
    # The search dialogue only leads to the search page, which loads the index itself.
    (r"<script[^>]*(searchtools|language_data|searchindex)\.js[^>]*></script>", ""),
    # What a drawing says to a screen reader has no place where a word could be highlighted.
    (r"<desc id=", '<desc class="nohighlight" id='),
    # The end of what drop_thebe drops, and a place for an advertisement.
    (r'(?s)<script type="text/x-thebe-config">.*?</script>\s*<script>kernelName.*?</script>', ""),
    (r'<div id="ethical-ad-placement"[^>]*>\s*</div>', ""),
    # The name that a screen reader speaks has to hold the words that everybody else sees.
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    (r'(<button class="[^"]*search-button-field[^>]*) title="Search" aria-label="Search"', r"\1"),
    # The comma after a formula belongs to it: no line begins with one.
    (f"{FORMULA}(?:{POINT})", r'<span class="keep">\g<0></span>'),
    # The line under a link begins with its first word.
    (r"Solution to(<a [^>]*>) ", r"Solution to \1"),
    # A bibliography's entries are items of a list; the role that they have went out of use.
    (r'role="doc-biblioentry"', 'role="listitem"'),
    # A page is made of named parts, and the sidebar is one.
    (r'<div id="pst-primary-sidebar"', r'\g<0> role="region" aria-label="Sidebar"'),
)


def take_runner_address(app, config):
    """Point the pages' buttons at the repository that the runner builds, if a runner builds it."""
    repository = os.environ.get("GITHUB_REPOSITORY")
    if repository:
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        config.html_theme_options["repository_url"] = f"{server}/{repository}"


def take_alt_text(app, doctree):
    """Describe each figure with the title that its SVG carries."""
    for image in doctree.findall(nodes.image):
        path = Path(app.srcdir, image["uri"])
        if path.suffix == ".svg" and path.is_file():
            title = ElementTree.parse(path).find(f"{SVG}title")
            if title is not None:
                image["alt"] = title.text


def skip_inherited(app, what, name, obj, skip, options):
    """Leave the methods that scikit-learn brings to scikit-learn's own pages."""
    return skip or (getattr(obj, "__module__", None) or "").startswith("sklearn")


def drop_thebe(app, pagename, templatename, context, doctree):
    """Remove Thebe, which is not used here: its script would be loaded twice, and throw."""
    context["script_files"] = [
        script
        for script in context.get("script_files", [])
        if "thebe" not in str(getattr(script, "filename", "")) + str(script.attributes)
    ]


def mend_pages(app, exception):
    """Replace in the finished pages what MENDED lists."""
    if exception or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text("utf-8")
        for pattern, replacement in MENDED:
            if page.name != "search.html" or "searchindex" not in pattern:
                text = re.sub(pattern, replacement, text)
        page.write_text(text, "utf-8")


def setup(app):
    """Connect the functions above to the build."""
    app.connect("config-inited", take_runner_address)
    app.connect("doctree-read", take_alt_text)
    app.connect("autodoc-skip-member", skip_inherited)
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("build-finished", mend_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
