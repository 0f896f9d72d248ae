"""In print, what the site folds under a question stands at the end of its chapter."""

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform


class Answers(SphinxPostTransform):
    """Collect at the end of a chapter the answers that the site folds under its questions."""

    default_priority = 120
    formats = ("latex",)

    def run(self):
        for page in self.document.findall(addnodes.start_of_file):
            chapter = next(page.findall(nodes.section))
            answers = collect(chapter)
            if answers:
                title = nodes.title("", "Answers")
                ids = [nodes.make_id(page["docname"] + "-answers")]
                chapter += nodes.section("", title, *answers, ids=ids)


def collect(chapter):
    """Take the answers out of a chapter, with the checks after them; return a box for each."""
    boxes = []
    for node in list(chapter.findall(is_fold)):
        if "tag_hide-cell" in node["classes"]:
            if boxes:
                node.parent.remove(node)
                boxes[-1] += node
            continue
        title = answer_title(node)
        if not boxes or boxes[-1][0].astext() != title:
            boxes.append(nodes.admonition("", nodes.title("", title), classes=["answer"]))
        boxes[-1] += take(node)
    return boxes


def take(fold):
    """Take an answer out of its place and return it; of an option, what it offers stays there."""
    name, *content = fold
    if is_option(fold):
        letter = name.astext().split()[0]
        content[0].insert(0, nodes.strong("", f"{letter} "))
        fold.parent.replace(fold, nodes.paragraph("", "", *name.children))
    else:
        fold.parent.remove(fold)
    return content


def is_option(fold):
    """Return whether a fold belongs to a multiple choice."""
    return isinstance(fold.parent, nodes.admonition)


def is_fold(node):
    """Return whether a node is an answer or a check that the site folds."""
    return isinstance(node, nodes.container) and (
        node.get("design_component") == "dropdown" or "tag_hide-cell" in node["classes"]
    )


def answer_title(fold):
    """Return the title of an answer, by which its question is found."""
    name, question = fold[0].astext(), fold.parent[0].astext()
    if is_option(fold):
        return "Answer " + question.split()[0]
    return name if name != "Answer" else f"Answer {question}"
