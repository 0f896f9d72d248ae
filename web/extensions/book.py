"""What this book tells Sphinx: alt text, a fork's address, its version, whose methods it lists."""

import os
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes

import regkit

SVG = "{http://www.w3.org/2000/svg}"


def take_runner_address(app, config):
    """Point the pages' buttons at the repository that the runner builds, if a runner builds it."""
    repository = os.environ.get("GITHUB_REPOSITORY")
    if repository:
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        config.html_theme_options["repository_url"] = f"{server}/{repository}"


def take_version(app, config):
    """Say in the footer of each page which release of the book it belongs to."""
    config.html_theme_options["extra_footer"] = f"<p>Version {regkit.__version__}</p>"


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


def setup(app):
    """Connect the functions above to the build."""
    app.connect("config-inited", take_runner_address)
    app.connect("config-inited", take_version)
    app.connect("doctree-read", take_alt_text)
    app.connect("autodoc-skip-member", skip_inherited)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
