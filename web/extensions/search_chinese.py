"""Let the search find Chinese, which puts no space between words: it is cut into pairs of signs.

A term of three signs, 岭回归, is then two words, 岭回 and 回归, and found where both stand.
"""

import re

from sphinx.search import SearchEnglish, languages

HAN = r"\u4e00-\u9fff"
WORD = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")


def pairs(word):
    """Return a Chinese word's neighbouring signs, two by two; any other word alone."""
    if len(word) < 3 or not re.match(f"[{HAN}]", word):
        return [word]
    return [word[i : i + 2] for i in range(len(word) - 1)]


class EnglishAndChinese(SearchEnglish):
    """English as Sphinx does it, and Chinese in pairs; the browser cuts a query the same way."""

    js_splitter_code = rf"""
function splitQuery(query) {{
  const words = query.match(/[{HAN}]+|(?:(?![{HAN}])[\p{{Letter}}\p{{Number}}_])+/gu) ?? [];
  return words.flatMap(word => word.length < 3 || !/^[{HAN}]/.test(word)
    ? [word] : [...word.slice(1)].map((sign, i) => word[i] + sign));
}}
"""

    def split(self, text):
        return [part for word in WORD.findall(text) for part in pairs(word)]


def setup(app):
    """Put it in the place of English."""
    languages["en"] = EnglishAndChinese
    return {"parallel_read_safe": True, "parallel_write_safe": True}
