"""The table of the exercises of each chapter, as notebooks to hand out, and the notebooks.

    ```{handouts}
    ```

They are made anew whenever the page is, and lie beside what Sphinx remembers of it. The command
that installs regkit, with what is named, takes the address from ``_config.yml``:

    ```{install} pytest
    ```
"""

import os
from pathlib import Path

from docutils import nodes
from exercises import CHAPTERS, TABLE, handout, prepared
from found import pages_address
from plain import Writer, sources, write
from sphinx.util.docutils import SphinxDirective

KINDS = {"plain": "notebook", "nbgrader": "nbgrader", "otter": "Otter"}
HEAD = "| chapter: with a check | to hand out, and the sources for graders |\n|:--|:--|"


class Handouts(SphinxDirective):
    """One row for each chapter: how many exercises it has, and the notebook of each kind."""

    def run(self):
        self.env.note_dependency(str(TABLE))
        folder = Path(self.env.doctreedir, "handouts")
        base = pages_address(self.config.html_theme_options["repository_url"])
        lines, cited = [HEAD], sources()
        for path in CHAPTERS:
            self.env.note_dependency(str(path))
            made, _ = prepared(path)
            links = []
            for kind, name in KINDS.items():
                target = folder / f"exercises_{path.stem[:2]}{f'_{kind}' * (kind != 'plain')}.ipynb"
                writer = Writer(f"chapters/{path.stem}", base, cited=cited)
                write(handout(path, kind, writer.cell), target)
                place = Path(os.path.relpath(target, self.env.srcdir)).as_posix()
                links.append(f"{{download}}`{name} </{place}>`")
            page = f"{{doc}}`{int(path.stem[:2])} </chapters/{path.stem}>`"
            checked = f"{sum(bool(one.check) for one in made)} of {len(made)}"
            lines.append(f"| {page}: {checked} | {' '.join(links)} |")
        return self.parse_text_to_nodes("\n".join(lines))


class Install(SphinxDirective):
    """The command that installs regkit and the packages that the argument names."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        address = self.config.html_theme_options["repository_url"]
        command = f"pip install git+{address} {self.arguments[0]}"
        return [nodes.literal_block(command, command, language="sh")]


def setup(app):
    """Make the directives known to Sphinx."""
    app.add_directive("handouts", Handouts)
    app.add_directive("install", Install)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
