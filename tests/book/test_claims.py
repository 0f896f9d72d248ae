"""The list of claims is whole, and says what the boxes in the chapters say."""

import re
from collections import Counter

import pytest
from claims import ROOT, VERDICTS, boxes, chinese, claims, filters, page, score, traditional

COUNTS = {"A": 15, "B": 12, "C": 10, "D": 9, "E": 9, "F": 1}
TABLE, BOXES = claims(), boxes()
TEXTS = ("said", "true", "said_zh", "true_zh")


def test_every_id_is_listed_once():
    assert list(TABLE) == [f"{d}{k}" for d, n in COUNTS.items() for k in range(1, n + 1)]


def test_every_claim_is_decided_by_one_box_or_one_page():
    apart = [id for id, claim in TABLE.items() if "at" in claim]
    assert Counter(id for id, *_ in BOXES) == Counter(TABLE.keys() - set(apart))
    for id in apart:
        assert (ROOT / "reference" / TABLE[id]["at"]).is_file(), id


@pytest.mark.parametrize(("id", "verdict", "chapter"), BOXES)
def test_verdict_is_that_of_the_box(id, verdict, chapter):
    assert TABLE[id]["verdict"] == verdict


def test_claims_stand_in_both_languages():
    for claim in TABLE.values():
        assert set(claim) - {"at"} == {"where", "verdict", *TEXTS}
        assert all(claim[text] for text in TEXTS)
        assert not re.search("[a-z]", chinese(claim["where"]))
        assert not re.search(r"[一-鿿]", claim["said"] + claim["true"])
        assert re.search(r"[一-鿿]", claim["said_zh"]) and re.search(r"[一-鿿]", claim["true_zh"])


@pytest.mark.parametrize("language", VERDICTS)
def test_score_on_the_page_is_that_of_its_list(language):
    chapters = {id: 1 for id in TABLE}
    text = page(TABLE, language, chapters)
    counted = Counter(re.findall(r"^:class: claim (\w+) in-1$", text, re.M))
    assert counted == {name: n for name, n in score(TABLE).items() if name != "n"}
    first = [int(number) for number in re.findall(r"\d+", text.split("\n:::")[0])]
    assert first == [len(TABLE), *(counted[name] for name in VERDICTS["en"])]


def test_buttons_leave_what_they_name():
    chapters = {id: chapter for id, _, chapter in BOXES}
    html, text = filters(TABLE, "en", chapters), page(TABLE, "en", chapters)
    for kind in re.findall(r"\.claim:not\(\.([\w-]+)\)", html):
        assert re.search(rf"^:class: claim .*\b{kind}\b", text, re.M), kind
    places = {chapters.get(id) for id in TABLE}
    assert html.count('type="radio"') == 2 + len(VERDICTS["en"]) + len(places)
    assert html.count(" checked>") == 2, "all are shown at first"


def test_taiwan_reads_its_own_characters_and_words():
    said = "岭回归的方差更小；支持向量机的数据不同；“过拟合”"
    assert traditional(said) == "脊迴歸的變異數更小；支援向量機的資料不同；「過度擬合」"
    whole = traditional(page(TABLE, "zh", {id: 1 for id in TABLE}))
    assert "鬚" not in whole  # which OpenCC may make of 须
    assert 'lang="zh-Hant"' in whole and not re.search(
        "[这里数据说错误们对线应为随条么]", whole.replace("里", "")
    )
    assert traditional(r"$\alpha_j$ `Ridge(alpha=1)`") == r"$\alpha_j$ `Ridge(alpha=1)`"


def test_page_follows_the_table():
    table = {id: dict(claim) for id, claim in TABLE.items()}
    table["A1"]["verdict"] = "right"
    before, after = score(TABLE), score(table)
    assert (after["right"], after["wrong"]) == (before["right"] + 1, before["wrong"] - 1)


def test_an_old_address_of_a_claim_still_leads_to_its_chapter():
    """What moved from chapter 5 to Replications has an anchor of its name there, and a link."""
    text = (ROOT / "chapters/05_linear_regression.ipynb").read_text("utf-8")
    moved = [id.lower() for id, _, chapter in BOXES if chapter is None and id[0] in "ABC"]
    assert moved
    for id in moved:
        assert f'<span id=\\"claim-{id}\\"></span>' in text and f"(#claim-{id})" in text
