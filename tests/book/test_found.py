"""What a page says of itself, and the check of it on a built site."""

import gzip
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from cards import card
from found import citation, descriptions, runner_address, tags
from head import SIGNATURE, check_found
from language import mark
from notebooks import read, toc_pages
from serve import serve

ROOT = Path(__file__).resolve().parents[2]
ZH = '<span lang="zh-Hans">{}</span>'


def test_every_page_is_described_once():
    table = descriptions()
    assert set(table) == set(toc_pages(ROOT))
    texts = [entry["text"] for entry in table.values()]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert 50 <= len(text) <= 160 and text[-1] in ".。" and not re.search(r"[$`\\<>]", text)


def test_a_description_counts_the_questions_of_its_page():
    words = {16: "sixteen", 19: "nineteen", 40: "forty"}
    for page, *counted in (
        ("self_test", r"^:+\{admonition\} \d\.\d · ", "^:class: question choice$"),
        ("questions", "^### "),
    ):
        source = "\n".join(cell.source for cell in read(ROOT / f"chapters/{page}.ipynb").cells)
        said = descriptions()[f"chapters/{page}"]["text"].lower()
        for pattern in counted:
            assert words[len(re.findall(pattern, source, re.MULTILINE))] in said


@pytest.mark.parametrize(
    ("runner", "address"),
    [
        ({}, ""),
        ({"GITHUB_REPOSITORY": "You/fork"}, "https://you.github.io/fork/"),
        ({"GITHUB_REPOSITORY": "You/you.github.io"}, "https://you.github.io/"),
        ({"GITHUB_REPOSITORY": "you/fork", "GITHUB_SERVER_URL": "https://git.example.org"}, ""),
    ],
)
def test_only_a_runner_knows_the_address(monkeypatch, runner, address):
    for name in ("GITHUB_REPOSITORY", "GITHUB_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in runner.items():
        monkeypatch.setenv(name, value)
    assert runner_address() == address


def test_tags_are_escaped_and_promise_no_address_that_is_unknown():
    text = tags("a/page", 'A "<b>"', "x & y", "", "2026")
    assert "https:" not in text and "og:image" not in text
    assert 'content="A &quot;&lt;b&gt;&quot;"' in text and 'content="x &amp; y"' in text


def test_tags_name_page_card_and_author():
    text = tags("a/page", "A", "x", "https://you.github.io/book/", "2026")
    assert 'property="og:url" content="https://you.github.io/book/a/page.html"' in text
    assert 'property="og:image" content="https://you.github.io/book/cards/a/page.png"' in text
    for author in citation()["authors"]:
        assert f'name="citation_author" content="{author["name"]}"' in text


@pytest.mark.parametrize(
    "text",
    [
        "<p>[岭回归]</p>",
        "<p>the [权重], or [参数].</p>",
        "<a>[逐条检验（中文）]</a> &amp; <b>[中]</b>",
        '<div lang="zh-Hant"><p><br>正則化</p></div>[中]',
        '<p>\f\u2028</p>\n<p title="中">x<img alt="中"/></p>\n<p>[中]</p>',
    ],
)
def test_chinese_is_marked_where_it_is_not_yet(text):
    page = f'<html lang="en"><head><title>中</title></head><body>{text}</body></html>'
    expected = re.sub(r"\[(.*?)\]", r'<span lang="zh-Hans">\1</span>', page)
    assert mark(re.sub(r"[\[\]]", "", page)) == expected
    assert mark(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<pre># 中</pre>",
        "<code><span>中</span></code>",
        '<span class="math notranslate">\\(中\\)</span>',
        "<script>'<p>中</p>'</script>",
        "<!-- 中 --><svg><text>中</text></svg>",
        '<span lang="zh-Hans">中</span>',
    ],
)
def test_code_and_formulas_are_left_alone(text):
    assert mark(f"<body>{text}</body>") == f"<body>{text}</body>"


BASE = "https://you.github.io/book/"
PAGES = ("intro", "a/page")


@pytest.fixture
def site(tmp_path):
    """Return a site of two pages whose address is known."""
    for name in PAGES:
        path, picture = tmp_path / f"{name}.html", tmp_path / card(name)
        path.parent.mkdir(exist_ok=True)
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(SIGNATURE)
        text = f"What {name} is about, in a sentence that is of a fair length."
        head = f'<title>{name}</title><link rel="canonical" href="{BASE}{name}.html"/>'
        head += tags(name, name, text, BASE, "2026")
        path.write_text(f"<html><head>{head}</head><body>{ZH.format('中')}</body></html>")
    listed = "".join(f"<url><loc>{BASE}{name}.html</loc></url>" for name in PAGES)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    (tmp_path / "sitemap.xml").write_text(f'<urlset xmlns="{space}">{listed}</urlset>')
    return tmp_path


def test_a_good_site_passes(site):
    assert check_found(site, PAGES) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("a/page.html", "<title>a/page", "<title>intro", "more than one page has the title"),
        ("a/page.html", "What a/page", "What intro", "more than one page has the description"),
        ("a/page.html", "length.", "length", "no good description"),
        ("a/page.html", " is of a fair length.", ".", "no good description"),
        ("a/page.html", "og:description", "og:nothing", "two descriptions"),
        ("a/page.html", "citation_author", "author", "cannot be cited"),
        ("a/page.html", 'canonical" href="https:', 'canonical" href="http:', "disagree"),
        ("a/page.html", "cards/a/page", "cards/intro", "addresses disagree"),
        ("a/page.html", 'lang="zh-Hans"', "", "no language: 中"),
        ("cards/a/page.png", None, None, "no card"),
        ("sitemap.xml", "a/page", "b/page", "disagree on /book/a/page.html"),
        ("sitemap.xml", None, None, "disagree on /book/intro.html"),
    ],
)
def test_a_spoiled_site_is_noticed(site, name, old, new, message):
    path = site / name
    if old is None:
        path.unlink()
    else:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
    assert any(message in problem for problem in check_found(site, PAGES))


def get(address, **headers):
    """Return what a server answers: its status, whether compressed, and the bytes."""
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as reply:
        body, packed = reply.read(), reply.headers["Content-Encoding"] == "gzip"
        return reply.status, packed, gzip.decompress(body) if packed else body


def test_the_server_compresses_what_pages_would(site):
    page, picture = (site / "intro.html").read_bytes(), (site / card("intro")).read_bytes()
    with serve(site) as base:
        assert base.endswith("/book/")
        assert get(f"{base}intro.html?q=1") == (200, False, page)
        accepts = {"Accept-Encoding": "gzip, br"}
        assert get(f"{base}intro.html?q=1", **accepts) == (200, True, page)
        assert get(base + card("intro"), **accepts) == (200, False, picture)
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            get(f"{base}none.html", **accepts)
        refused.value.close()  # it is a reply too
