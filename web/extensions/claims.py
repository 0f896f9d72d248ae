"""The list of all claims, in English, simplified and traditional Chinese, made from one table.

    ```{claims} en
    ```

``reference/claims.toml`` holds the table; the chapters hold the boxes that decide. Two rows of
buttons choose by verdict and by chapter, for which the browser needs no script. The traditional
characters, and Taiwan's words, are OpenCC's, after those of the terms below.
"""

import json
import re
import tomllib
from pathlib import Path

from docutils import nodes
from opencc import OpenCC
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
        "{slip} 条是程序、图片或所印数字中的笔误或缺漏。",
        "said": "**文档说法**（{where}）：{text}",
        "true": "**应为**：{text}",
        "stands": "**验证**：{text}",
        "shown": "[判定它的单元格](#claim-{id})，见第&nbsp;{chapter}&nbsp;章。",
        "replicated": "[判定它的单元格](#claim-{id})，见 *Replications* 一页。",
        "apart": "[回答它的页面]({at})。",
    },
}
FILTERS = {
    "en": {
        "all": "all",
        "verdict": "Verdict",
        "chapter": "Decided in chapter",
        None: "Replications and elsewhere",
    },
    "zh": {"all": "全部", "verdict": "结论", "chapter": "判定所在的章", None: "其他页面"},
}
# Terms of the subject that Taiwan has another word for, longest first: OpenCC knows characters.
TAIWAN = {
    "最小二乘": "最小平方",
    "支持向量机": "支援向量機",
    "逻辑回归": "羅吉斯迴歸",
    "岭回归": "脊迴歸",
    "插值阈值": "內插門檻",
    "弹性网络": "彈性網路",
    "协方差": "共變異數",
    "过拟合": "過度擬合",
    "单元格": "儲存格",
    "组 Lasso": "群組 Lasso",
    "最优性": "最佳性",
    "自助法": "拔靴法",
    "方差": "變異數",
    "偏差": "偏誤",
    "概率": "機率",
    "噪声": "雜訊",
    "数据": "資料",
    "数组": "陣列",
    "算法": "演算法",
    "优化": "最佳化",
    "存储": "儲存",
    "回归": "迴歸",
    "打印": "印出",
    "文档": "文件",
    "程序": "程式",
    "默认": "預設",
    "库的": "函式庫的",
    "各库": "各函式庫",
    "正态": "常態",
    "不可导": "不可微",
    "代码": "程式碼",
    "调用": "呼叫",
    "循环": "迴圈",
    "实现": "實作",
    "运行": "執行",
    "图像": "影像",
    "搜索": "搜尋",
    "坐标": "座標",
    "“": "「",
    "”": "」",
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
    lines = [words["score"].format(**score(table))]
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
            f":class: claim {claim['verdict']} {place_of(chapters.get(id))}",
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


def place_of(chapter):
    """Return the class of the claims that are decided in a chapter, or (None) elsewhere."""
    return f"in-{chapter or 'no-chapter'}"


def filters(table, language, chapters):
    """Return the buttons that choose among the claims, as HTML."""
    names = FILTERS[language]
    places = sorted({chapters.get(id) for id in table}, key=lambda chapter: chapter or 99)
    rows = {
        "verdict": {verdict: name for verdict, name in VERDICTS[language].items()},
        "chapter": {place_of(k): names.get(k, k) for k in places},
    }
    html, rules = [], []
    for row, options in rows.items():
        html.append(f'<fieldset class="choose"><legend>{names[row]}</legend>')
        for key, name in {"": names["all"], **options}.items():
            id, checked = f"only-{row}-{key or 'all'}", "" if key else " checked"
            html.append(
                f'<label><input type="radio" name="{row}" id="{id}"{checked}> {name}</label>'
            )
            if key:
                rules.append(
                    f".bd-article:has(#{id}:checked) .claim:not(.{key}) {{ display: none; }}"
                )
        html.append("</fieldset>")
    return f'<style>{" ".join(rules)}</style><form class="choose">{"".join(html)}</form>'


def traditional(text):
    """Return simplified Chinese in traditional characters and with Taiwan's words."""
    for word, taiwan in TAIWAN.items():
        text = text.replace(word, taiwan)
    return OpenCC("s2tw").convert(text).replace("zh-Hans", "zh-Hant")


def chinese(where):
    """Say in Chinese where a claim stands."""
    for english, word in (
        ("exam points", "考点"), ("exam point", "考点"), ("the ", ""), ("table", "表"),
        (" and ", ", "), ("effects", "作用"),
        ("questions", "问答"), ("question", "问题"), ("step", "步骤"),
    ):  # fmt: skip
        where = where.replace(english, word)
    return where.replace(", ", "、").replace("; ", "；").replace(": ", "：")


class Claims(SphinxDirective):
    """The score and the list, in the language that the argument names: en, zh or tw."""

    required_arguments = 1

    def run(self):
        self.env.note_dependency(str(TABLE))
        chapters = {name: chapter for name, _, chapter in boxes()}
        language = "en" if self.arguments[0] == "en" else "zh"
        texts = [make(claims(), language, chapters) for make in (filters, page)]
        if self.arguments[0] == "tw":
            texts = map(traditional, texts)
        buttons, list_of_claims = texts
        return [
            nodes.raw("", buttons, format="html"),
            *self.parse_text_to_nodes(list_of_claims),
        ]


def setup(app):
    """Make the directive known to Sphinx."""
    app.add_directive("claims", Claims)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
