"""The slides of every chapter: nothing overflows, keys turn them, figures move, and they print."""

import re

import pytest
from exercises import CHAPTERS
from look import listen, open_page
from playwright.sync_api import expect
from test_pages import BUT_CONTRAST, PLAIN, barriers, contrast

NAMES = [path.stem for path in CHAPTERS if path.stem[0].isdigit()]
MOST = 30  # slides of a chapter
LEAST = 190  # pixels of a drawing's height on SCREEN
SCREEN = {"width": 1280, "height": 720}
# The parts of a slide that reach its foot or its side, and the drawings that came out too small. An
# answer that is not shown yet has its place already. A drawing's own picture is cut to its frame.
OVERFLOWING = """least => [...document.querySelectorAll(".slide")].flatMap(slide => {
  const box = slide.getBoundingClientRect();
  const foot = slide.querySelector("footer").getBoundingClientRect().top + 1;
  const low = [...slide.querySelectorAll(".body *")]
    .filter(e => !e.closest("svg *, mjx-math, mjx-assistive-mml") && e.getClientRects().length)
    .filter(e => e.getBoundingClientRect().bottom > foot
              || e.getBoundingClientRect().right > box.right - 30)
    .map(e => `${slide.id}: ${e.tagName}.${e.className}`);
  const small = [...slide.querySelectorAll(".drawing > div, .moving-pictures svg")]
    .filter(e => e.getBoundingClientRect().height < least)
    .map(e => `${slide.id}: a drawing of ${e.getBoundingClientRect().height} pixels`);
  const scrolls = slide.scrollHeight > slide.clientHeight || slide.scrollWidth > slide.clientWidth;
  const wide = [...slide.querySelectorAll("mjx-container[display]")]
    .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => `${slide.id}: a formula is cut`);
  return [...low, ...small, ...wide, ...(scrolls ? [`${slide.id} scrolls`] : [])];
})"""
BARE = "document.querySelectorAll('.math:not(:has(mjx-container))').length"
MOVE = "(e, end) => { e.value = e[end]; e.dispatchEvent(new Event('input')); }"
ANSWERED = "document.querySelectorAll('.told').forEach(e => e.classList.add('open'))"

pytestmark = pytest.mark.browser_context_args(viewport=SCREEN)


def number(page):
    """Return which slide is in the middle of the window."""
    return page.evaluate("current() + 1")


def first(page, selector):
    """Return the number of the first slide that has an element."""
    place = page.locator(f".slide:has({selector})").first.get_attribute("id")
    return int(place.removeprefix("slide-"))


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)
    return number(page)


@pytest.mark.parametrize("deck", NAMES)
def test_nothing_overflows(page, base_url, deck):
    found = []
    listen(page, found, "127.0.0.1")
    open_page(page, f"{base_url}slides/{deck}.html")
    assert not found + page.evaluate(OVERFLOWING, LEAST)
    assert page.evaluate(BARE) == 0
    assert page.locator(".slide").count() <= MOST
    page.set_viewport_size({"width": 1024, "height": 768})
    assert not page.evaluate(OVERFLOWING, LEAST * 1024 / 1280)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("deck", NAMES)
def test_nothing_keeps_anybody_from_reading_them(page, base_url, deck, scheme):
    page.emulate_media(color_scheme=scheme)
    open_page(page, f"{base_url}slides/{deck}.html")
    page.evaluate(ANSWERED)
    page.evaluate(PLAIN)
    assert not barriers(page, None, BUT_CONTRAST) + contrast(page)
    broken = "e => e.complete && !e.naturalWidth"
    assert not page.evaluate(f"[...document.images].filter({broken}).length")
    assert page.locator(f".only-{scheme}").count() == page.locator("img.drawn:visible").count()


def test_keys_turn_them_and_an_answer_comes_first(page, base_url):
    page.goto(f"{base_url}slides/02_penalties.html")
    last = page.locator(".slide").count()
    assert press(page, "ArrowRight") == 2
    assert press(page, "PageUp") == 1
    assert press(page, "End") == press(page, "End", "ArrowDown") == last
    assert press(page, "Home", "ArrowUp") == 1
    asked = first(page, ".told")
    answer = page.locator(".answer").first
    assert press(page, *[" "] * (asked - 1)) == asked
    expect(answer).to_be_hidden()
    assert press(page, " ") == asked
    expect(answer).to_be_visible()
    assert press(page, " ") == asked + 1
    expect(page).to_have_url(re.compile(f"#slide-{asked + 1}$"))
    page.reload()
    assert number(page) == asked + 1
    page.set_viewport_size({"width": 1920, "height": 1080})  # as on a full screen
    page.wait_for_function("slides[current()].getBoundingClientRect().top === 0")
    assert number(page) == asked + 1
    shown = page.locator(f"#slide-{asked + 1} .number")
    expect(shown).to_have_text(f"{asked + 1} / {last}")
    expect(shown).to_be_in_viewport()


def test_a_finger_turns_them_and_a_tap_gives_the_answer(page, base_url):
    page.goto(f"{base_url}slides/02_penalties.html")
    page.mouse.move(640, 360)
    page.mouse.wheel(0, 400)
    page.wait_for_function("current() === 1 && scrollY === innerHeight")
    page.locator(".told > button").first.click()
    expect(page.locator(".answer").first).to_be_visible()
    assert number(page) == first(page, ".told")


def test_a_figure_moves_and_its_slider_keeps_its_keys(page, base_url):
    page.goto(f"{base_url}slides/02_penalties.html")
    words, slider = page.locator("#geometry-words"), page.locator("input[type=range]").first
    at_first = words.text_content()
    page.get_by_role("button", name="ridge", exact=True).click()
    expect(words).not_to_have_text(at_first)
    value = slider.input_value()
    slider.focus()
    assert press(page, "ArrowLeft") == 1
    assert slider.input_value() != value
    assert press(page, "Escape", "ArrowRight") == 2
    press(page, "Home")
    slider.click()
    assert press(page, "ArrowRight") == 2  # who has moved it by hand goes on with the keys


@pytest.mark.parametrize("deck", NAMES)
def test_every_figure_moves_and_stays_on_its_slide(page, base_url, deck):
    open_page(page, f"{base_url}slides/{deck}.html")
    figures = page.locator("figure.moving")
    assert figures.count()
    for figure in figures.all():
        slider, words = figure.locator("input").first, figure.locator(".moving-words > span")
        told = set()
        for end in ("min", "max"):
            slider.evaluate(MOVE, end)
            told.add(words.text_content())
            assert not page.evaluate(OVERFLOWING, LEAST)
        assert len(told) == 2


def test_they_turn_dark_by_a_key(page, base_url):
    page.goto(f"{base_url}slides/02_penalties.html")
    press(page, "d")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_they_print_one_a_page_with_the_answers(page, base_url):
    page.emulate_media(color_scheme="dark")
    open_page(page, f"{base_url}slides/02_penalties.html")
    page.emulate_media(media="print")
    for answer in page.locator(".answer").all():
        expect(answer).to_be_visible()
    expect(page.locator(".told > button:visible, .moving-controls:visible")).to_have_count(0)
    assert page.locator(".only-light:visible").count() == page.locator(".drawing").count()
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    sizes = re.findall(rb"/MediaBox \[0 0 (\S+) (\S+)\]", paper)
    assert len(sizes) == page.locator(".slide").count()
    assert all(9 * float(width) == 16 * float(height) for width, height in sizes)


def test_they_open_from_a_folder(page, site):
    found = []
    listen(page, found, "")
    open_page(page, (site / "slides/04_signs.html").as_uri())
    assert press(page, "End") == page.locator(".slide").count()
    assert not found


def test_they_hold_nothing_that_the_page_folds(page, site):
    for name in NAMES:
        text = (site / f"slides/{name}.html").read_text("utf-8")
        assert not re.search(r'class="[^"]*(tag_|dropdown|solution|claim)', text)
        assert text.count('class="told"') == len(re.findall(r'":name: try-', source(name)))


def source(name):
    """Return the text of a chapter's notebook."""
    return next(path for path in CHAPTERS if path.stem == name).read_text("utf-8")


def test_every_way_to_them_is_there(site):
    page = (site / "reference/teachers.html").read_text("utf-8")
    for name in NAMES:
        assert f'href="../slides/{name}.html"' in page
        assert f'href="../slides/{name}.html"' in (site / f"chapters/{name}.html").read_text(
            "utf-8"
        )
