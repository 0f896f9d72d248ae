"""The link to the PDF on the front page, if web/pdf.py has made one: it then lies beside the page.

```{printed}
```
"""

import shutil
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

PDF = "_build/pdf/regularization-checked.pdf"


class Printed(SphinxDirective):
    """A sentence with the link; nothing where there is no PDF, nor in the PDF itself."""

    def run(self):
        path = Path(self.env.srcdir, PDF)
        self.env.note_dependency(str(path))
        if not path.is_file() or self.env.app.builder.name != "html":
            return []
        link = nodes.reference("", "the whole book as a PDF", refuri=path.name)
        size = f" ({path.stat().st_size / 1e6:.0f} MB), with every solution open."
        return [nodes.paragraph("", "", nodes.Text("To read on paper: "), link, nodes.Text(size))]


def copy(app, exception):
    """Put the PDF beside the front page."""
    path = Path(app.srcdir, PDF)
    if path.is_file() and app.builder.name == "html" and not exception:
        shutil.copy(path, app.outdir)


def setup(app):
    """Make the directive known to Sphinx."""
    app.add_directive("printed", Printed)
    app.connect("build-finished", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
