"""The page for an address that leads nowhere, which GitHub Pages shows at any depth.

So it needs no file beside it, and its links begin at the site's address, where that is known.
"""

from pathlib import Path

from found import runner_address

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>Not here · Regularization, Checked</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 34rem; margin: 15vh auto; padding: 0 1.5rem; }}
body {{ font: 1.1rem/1.6 Charter, Cambria, serif; }}
</style>
</head>
<body>
<h1>This page is not here.</h1>
<p>It may have moved: chapters are numbered anew when one comes between.
<a href="{base}intro.html">The front page</a> shows all of them, and
<a href="{base}search.html">the search</a> finds a word.</p>
<p lang="zh-Hans">此页不存在。请从<a href="{base}intro.html">首页</a>开始。</p>
</body>
</html>
"""


def write_page(app, exception):
    """Write the page."""
    if not exception and app.builder.name == "html":
        Path(app.outdir, "404.html").write_text(PAGE.format(base=runner_address()), "utf-8")


def setup(app):
    """Write it when nothing mends pages any more."""
    app.connect("build-finished", write_page, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
