"""The list of all claims, in English and Chinese, made from one table.

    ```{claims} en
    ```

``reference/claims.toml`` holds the table; the chapters hold the boxes that decide.
"""

import json
import re
import tomllib
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "reference" / "claims.toml"
BOX = re.compile(r":::\{admonition\} Claim \w+ · .*\n:class: claim (\w+)\n:name: claim-(\w+)\n")

VERDICTS = {
    "en": {
        "right": "holds",
        "depends": "holds under a condition",
        "wrong": "wrong",
        "slip": "slip or gap",
    },
    "zh": {
        "right": "成立",
        "depends": "有条件成立",
        "wrong": "错误",
        "slip": "笔误或缺漏",
    },
}
WORDS = {
    "en": {
        "score": "Of {n} claims, {right} hold, {depends} hold under a condition, {wrong} are wrong,"
        " and {slip} are slips or gaps: in a listing, a picture or a printed number.",
        "said": "**Said** ({where}): {text}",
        "true": "**Instead**: {text}",
        "stands": "**Shown**: {text}",
        "shown": "[The cell that decides it](#claim-{id}), in chapter&nbsp;{chapter}.",
        "replicated": "[The cell that decides it](#claim-{id}), in *Replications*.",
        "apart": "[The page that answers it]({at}).",
    },
    "zh": {
        "score": "全部 {n} 条说法中，{right} 条成立，{depends} 条有条件成立，{wrong} 条错误，"
        "{slip} 条属于程序、图片或印出数字的笔误或缺漏。",
        "said": "**原说法**（{where}）：{text}",
        "true": "**应为**：{text}",
        "stands": "**验证**：{text}",
        "shown": "[判定它的单元格](#claim-{id})，见第&nbsp;{chapter}&nbsp;章。",
        "replicated": "[判定它的单元格](#claim-{id})，见 Replications 一页。",
        "apart": "[回答它的页面]({at})。",
    },
}
LETTER = re.compile(r"(`[^`]*`|\$[^$]*\$)|([αλθ]w?)")
EMPHASIS = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")


def claims():
    """Return the table: a dict of dicts, by id."""
    return tomllib.loads(TABLE.read_text("utf-8"))


def boxes():
    """Return all boxes: a list of (id, verdict, the chapter's number or, in Replications, None)."""
    found, folder = [], ROOT / "chapters"
    for path in sorted([*folder.glob("[0-9]*.ipynb"), *folder.glob("replication*.ipynb")]):
        chapter = int(path.name[:2]) if path.name[:2].isdigit() else None
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for verdict, name in BOX.findall("".join(cell["source"])):
                found.append((name.upper(), verdict, chapter))
    return found


def score(table):
    """Return how many claims there are of each verdict, and in all."""
    verdicts = [claim["verdict"] for claim in table.values()]
    return {"n": len(table)} | {name: verdicts.count(name) for name in VERDICTS["en"]}


def page(table, language, chapters):
    """Return the text of the list, as Markdown."""
    names, words = VERDICTS[language], WORDS[language]
    suffix = "" if language == "en" else "_zh"
    lines = [words["score"].format(**score(table)), ""]
    for verdict, name in names.items():
        ids = [id for id, claim in table.items() if claim["verdict"] == verdict]
        links = " ".join(f"[{id}](#{language}-{id.lower()})" for id in ids)
        lines += [f"- **{name}**: {links}" if language == "en" else f"- **{name}**：{links}"]
    for id, claim in table.items():
        stands = "stands" if claim["verdict"] == "right" else "true"
        where = claim["where"] if language == "en" else chinese(claim["where"])
        if "at" in claim:
            link = words["apart"].format(at=claim["at"])
        else:
            place = "shown" if chapters[id] else "replicated"
            link = words[place].format(id=id.lower(), chapter=chapters[id])
        lines += [
            "",
            f":::{{admonition}} {id} · {names[claim['verdict']]}",
            f":class: claim {claim['verdict']}",
            f":name: {language}-{id.lower()}",
            words["said"].format(where=where, text=claim["said" + suffix]),
            "",
            words[stands].format(text=claim["true" + suffix]),
            "",
            link,
            ":::",
        ]
    # A letter in a sentence looks as it does in a formula.
    text = LETTER.sub(lambda found: found[1] or f"${found[2]}$", "\n".join(lines))
    if language == "en":
        return text
    upright = EMPHASIS.sub(r"**\1**", text)  # a browser would slant Chinese, which has no italics
    return f'<div lang="zh-Hans">\n\n{upright}\n\n</div>'


def chinese(where):
    """Say in Chinese where a claim stands."""
    for english, word in (
        ("exam points", "考点"), ("exam point", "考点"), ("table", "表"),
        ("questions", "问答"), ("question", "问题"), ("step", "步骤"),
    ):  # fmt: skip
        where = where.replace(english, word)
    return where.replace(", ", "、").replace("; ", "；").replace(": ", "：")


class Claims(SphinxDirective):
    """The score and the list, in the language that the argument names."""

    required_arguments = 1

    def run(self):
        self.env.note_dependency(str(TABLE))
        chapters = {name: chapter for name, _, chapter in boxes()}
        return self.parse_text_to_nodes(page(claims(), self.arguments[0], chapters))


def setup(app):
    """Make the directive known to Sphinx."""
    app.add_directive("claims", Claims)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
