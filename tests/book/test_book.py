"""What the build does to a page: nothing superfluous is left, nothing that is used is lost."""

import json
import re
import subprocess
from shutil import which
from types import SimpleNamespace

import pytest
from search_chinese import EnglishAndChinese
from theme import mend_pages

THEBE = """<p>text</p>
<script type="text/x-thebe-config">
{ requestKernel: true }
</script>
<script>kernelName = 'python3'</script>
<p>more</p><script src="_static/scripts/fontawesome.js?digest=1"></script>
"""


def mended(tmp_path, text):
    (tmp_path / "one.html").write_text(text, "utf-8")
    mend_pages(SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html")), None)
    return (tmp_path / "one.html").read_text("utf-8")


def test_dead_scripts_are_dropped(tmp_path):
    assert mended(tmp_path, THEBE).split() == ["<p>text</p>", "<p>more</p>"]


FORMULA = r'<span class="math notranslate nohighlight">\(a &lt; b\)</span>'


@pytest.mark.parametrize("after", [".", ",", ").", "?"])
def test_no_line_begins_with_the_point_after_a_formula(tmp_path, after):
    assert mended(tmp_path, f"If {FORMULA}{after} So") == (
        f'If <span class="keep">{FORMULA}{after}</span> So'
    )
    assert mended(tmp_path, f"({FORMULA}{after}</p>") == (
        f'<span class="keep">({FORMULA}{after}</span></p>'
    )


@pytest.mark.parametrize("after", [" and", "</p>", "th", " (so)"])
def test_a_formula_is_tied_to_no_word(tmp_path, after):
    assert mended(tmp_path, FORMULA + after) == FORMULA + after


def test_nor_does_one_begin_with_a_chinese_comma(tmp_path):
    keep = f'<span class="keep">{FORMULA}，</span>再'
    assert mended(tmp_path, f"{FORMULA}，再") == keep


def test_a_solutions_title_opens_it_and_leads_nowhere(tmp_path):
    title = '<p class="admonition-title">Solution to{}Exercise 1{}</p>'
    expected = title.format(" ", "")
    assert mended(tmp_path, title.format('<a href="#x"> ', "</a>")) == expected
    assert mended(tmp_path, title.format(' <a href="#x">', "</a>")) == expected


PAGE = """<html><head>
<link rel="preload" as="script" href="../_static/late.js" />
<link href="../_static/styles/theme.css?digest=1" rel="stylesheet" />
<link rel="stylesheet" href="../_static/own.css?v=2" />
<script src="../_static/documentation_options.js?v=3"></script>
<script src="../_static/doctools.js"></script>
<script src="../_static/copybutton.js"></script>
<script data-prefix="tab" src="../_static/design-tabs.js"></script>
<script defer="defer" src="../_static/mathjax/tex-chtml.js"></script>
<script>DOCUMENTATION_OPTIONS.pagename = 'one';</script>
</head><body class="used">
<div class="highlight"><span class="n">w</span><span class="k">if</span></div>
<img alt="First" src="../_images/a.svg"><img alt="Second" src="../_images/a.svg">
<script defer src="../_static/late.js"></script></body></html>
"""
FILES = {
    "chapters/one.html": PAGE,
    "elsewhere.html": "<html><head></head></html>",
    "_static/styles/theme.css": '@import "../basic.css"; .unused { left: 0 } .used { color: red }',
    "_static/basic.css": ".made-by-script { color: blue } .gone { color: green }",
    "_static/own.css": ".used { margin: 0 } a:not(.gone) { margin: 0 }",
    "_static/documentation_options.js": "const DOCUMENTATION_OPTIONS = {}",
    "_static/doctools.js": "element.classList.add('made-by-script')",
    "_static/copybutton.js": "",
    "_static/design-tabs.js": "",
    "_static/late.js": "",
    "_images/a.svg": '<svg width="300pt" height="150pt"></svg>',
}


def read(folder):
    return {path: path.read_text() for path in folder.rglob("*.*")}


@pytest.fixture
def lit(tmp_path):
    """Return the folder of a tiny site that was made light."""
    light = pytest.importorskip("light")
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(name="html"))
    light.lighten(app, None)
    once = read(tmp_path)
    light.lighten(app, None)
    assert read(tmp_path) == once, "a page that Sphinx does not write anew must stay as it is"
    return tmp_path


def test_one_style_sheet_with_what_is_used(lit):
    page, sheet = (lit / "chapters/one.html").read_text(), (lit / "_static/light.css").read_text()
    assert re.findall(r'href="([^"?]+)', page) == ["../_static/light.css"]
    for kept in (".used{color:red;margin:0}", ".made-by-script{", "a:not(.gone){"):
        assert kept in sheet
    assert "unused" not in sheet
    assert ".gone{" not in sheet
    assert (lit / "elsewhere.html").read_text() == FILES["elsewhere.html"]


def test_no_script_holds_up_the_paint(lit):
    page = (lit / "chapters/one.html").read_text()
    scripts = re.findall(r"<script\b([^>]*)>([^<]*)", page)
    waiting = [tag for tag, _ in scripts if "src=" in tag]
    assert [tag.split()[0] for tag in waiting] == ["async", "defer", "defer", "defer"]
    assert [re.search(r"([\w-]+)\.js", tag)[1] for tag in waiting] == [
        "tex-chtml",
        "doctools",
        "copybutton",  # the page has code, but no tabs
        "late",
    ]
    font, *inline = [text for tag, text in scripts if "src=" not in tag]
    assert "../_static/fonts/" in font.replace("${face}", "") and "preload" in font
    assert inline.index(FILES["_static/documentation_options.js"]) == 0
    assert page.index("light.css") > page.rindex("<script"), "a script would wait for the sheet"


def test_code_keeps_the_elements_that_have_a_colour(lit):
    assert '"highlight">w<span class="k">if</span></div>' in (lit / "chapters/one.html").read_text()


def test_a_drawing_has_its_room_before_it_comes(lit):
    first, second = re.findall(r"<img [^>]*>", (lit / "chapters/one.html").read_text())
    assert first == '<img width="400" height="200" alt="First" src="../_images/a.svg">'
    assert second == first.replace("First", "Second").replace(" alt", ' loading="lazy" alt')


QUERIES = {
    "soft threshold": ["soft", "threshold"],
    "岭回归": ["岭回", "回归"],
    "嶺迴歸": ["岭回", "回归"],  # Taiwan's signs find what stands in the mainland's
    "L1正则化，套索": ["L1", "正则", "则化", "套索"],
    "un_der é": ["un_der", "é"],
    "列": ["列"],  # a sign alone stays a word
}


@pytest.mark.parametrize("query", QUERIES)
def test_chinese_is_cut_into_pairs(query):
    assert EnglishAndChinese({}).split(query) == QUERIES[query]


@pytest.mark.skipif(not which("node"), reason="needs Node, which runs the browser's half")
@pytest.mark.parametrize("query", QUERIES)
def test_the_browser_cuts_a_query_the_same_way(query):
    code = EnglishAndChinese.js_splitter_code
    code += "console.log(JSON.stringify(splitQuery(process.argv[1])))"
    done = subprocess.run(["node", "-e", code, query], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == QUERIES[query]
