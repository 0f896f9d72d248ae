"""Let the search find Chinese, which puts no space between words: it is cut into pairs of signs.

A term of three signs, 岭回归, is then two words, 岭回 and 回归, and found where both stand. Index
and query are in simplified characters, whichever the page or the reader uses.
"""

import re
from pathlib import Path

from opencc import OpenCC
from sphinx.search import SearchEnglish, languages

ROOT = Path(__file__).resolve().parents[2]

HAN = r"\u4e00-\u9fff"
WORD = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")


def simplified():
    """Return the simplified form of each sign that may stand for one in the book: a dict."""
    sources = [*ROOT.glob("chapters/*.ipynb"), *ROOT.glob("reference/*.*"), *ROOT.glob("*.md")]
    used = {sign for path in sources for sign in re.findall(f"[{HAN}]", path.read_text("utf-8"))}
    signs = [chr(code) for code in range(0x4E00, 0xA000)]
    forms = OpenCC("t2s").convert("\n".join(signs)).split("\n")
    used |= {form for sign, form in zip(signs, forms, strict=True) if sign in used}
    return {a: b for a, b in zip(signs, forms, strict=True) if a != b and b in used}


SIMPLE = simplified()


def pairs(word):
    """Return a Chinese word's neighbouring signs, two by two; any other word alone."""
    if len(word) < 3 or not re.match(f"[{HAN}]", word):
        return [word]
    return [word[i : i + 2] for i in range(len(word) - 1)]


class EnglishAndChinese(SearchEnglish):
    """English as Sphinx does it, and Chinese in pairs; the browser cuts a query the same way."""

    js_splitter_code = rf"""
function splitQuery(query) {{
  const [traditional, simplified] = ["{"".join(SIMPLE)}", "{"".join(SIMPLE.values())}"];
  const simple = query.replace(/[{HAN}]/g, sign => simplified[traditional.indexOf(sign)] ?? sign);
  const words = simple.match(/[{HAN}]+|(?:(?![{HAN}])[\p{{Letter}}\p{{Number}}_])+/gu) ?? [];
  return words.flatMap(word => word.length < 3 || !/^[{HAN}]/.test(word)
    ? [word] : [...word.slice(1)].map((sign, i) => word[i] + sign));
}}
"""

    def split(self, text):
        return [
            part
            for word in WORD.findall(text.translate(str.maketrans(SIMPLE)))
            for part in pairs(word)
        ]


def setup(app):
    """Put it in the place of English."""
    languages["en"] = EnglishAndChinese
    return {"parallel_read_safe": True, "parallel_write_safe": True}
