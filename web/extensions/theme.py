"""What the theme writes into every page, and this book does not want: each with its reason."""

import re
from pathlib import Path

FORMULA = r'\(?<span class="math [^>]*>\\\([^<]*\\\)</span>'
FRESH = r'(?<!<span class="keep">)(?<!<span class="keep">\()'
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
    # What unfolds the pages under another shows a sign alone, and has a name for who cannot see it.
    (r'<summary>(?=<span class="toctree-toggle")', '<summary aria-label="Pages under this one">'),
    # The comma after a formula belongs to it: no line begins with one.
    (f"{FRESH}{FORMULA}(?:{POINT})", r'<span class="keep">\g<0></span>'),
    # Whoever clicks on a solution's title wants to open it, and is at its exercise already.
    (r'(class="admonition-title">Solution to)\s*<a [^>]*>\s*(.*?)</a>', r"\1 \2"),
    # A bibliography's entries are items of a list; the role that they have went out of use.
    (r'role="doc-biblioentry"', 'role="listitem"'),
    # A page is made of named parts, and the sidebar is one.
    (r'<div id="pst-primary-sidebar"', r'\g<0> role="region" aria-label="Sidebar"'),
)


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
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("build-finished", mend_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
