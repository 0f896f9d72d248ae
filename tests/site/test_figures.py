"""Move every figure of the book, by keyboard and by mouse, and hold what it says to `regkit`.

Of each figure: its slider is driven by keys, by the mouse and by a finger on its picture, and its
buttons are pressed; words, table and what a screen reader hears of the slider are compared with
`recomputed`, letter by letter; the picture moves with them; nothing below it jumps. Without scripts
the still picture is there, and no control that would do nothing. Who asked for less motion gets
none, and no button that plays. The moves of the other two figures are checked by modules of their
own.
"""

import pytest
from moving import built, pages
from playwright.sync_api import expect
from recomputed import EXPECTED

STATE = """name => {
  const part = id => document.getElementById(`${name}-${id}`);
  const figure = document.getElementById(`moving-${name}`);
  const cells = [...figure.querySelectorAll("td[id]")];
  const [slider] = figure.querySelectorAll("input[type=range]");
  return {
    at: slider.valueAsNumber,
    spoken: slider.getAttribute("aria-valuetext"),
    shown: part(`${slider.id.slice(name.length + 1)}-text`).textContent,
    words: part("words").textContent,
    cells: Object.fromEntries(cells.map(e => [e.id.slice(name.length + 1), e.textContent])),
    height: figure.offsetHeight,
    moved: [...figure.querySelectorAll(".glides")].map(
      e => e.getAttribute("transform") || e.getAttribute("d")).join(),
  };
}"""


def check_state(page, name):
    """Assert that a figure says what regkit says at its slider's position; return the state."""
    state = page.evaluate(STATE, name)
    expected = EXPECTED[name](state["at"])
    where = f"{name} at position {state['at']}"
    assert state["spoken"] == state["shown"] == expected.text, f"{where}: {state['spoken']}"
    for phrase in expected.phrases:
        assert phrase in state["words"], f"{where}: no {phrase!r} in {state['words']!r}"
    assert state["cells"] == expected.cells, f"{where}: {state['cells']}"
    return state


def check_keys(page, name, slider, last):
    """Move by every key that a slider knows; return the states seen."""
    slider.focus()
    seen = [check_state(page, name)]
    at = seen[0]["at"]
    big = max(1, (last + 5) // 10)  # what the browser takes for a page, up or down
    for key, to in [
        ("ArrowRight", at + 1), ("ArrowUp", at + 2), ("ArrowLeft", at + 1), ("ArrowDown", at),
        ("End", last), ("ArrowRight", last), ("Home", 0), ("ArrowLeft", 0), ("PageUp", big),
    ]:  # fmt: skip
        page.keyboard.press(key)
        seen.append(check_state(page, name))
        near = 1 if key == "PageUp" else 0
        assert abs(seen[-1]["at"] - to) <= near, f"{name}: {key} leads to {seen[-1]['at']}"
    return seen


def check_mouse(page, name, slider, last):
    """Take the slider's knob with the mouse, and draw it along; return the states seen."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    seen = []
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    for share in (0.2, 0.5, 0.8):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2, steps=4)
        seen.append(check_state(page, name))
        assert abs(seen[-1]["at"] / last - share) < 0.1, f"{name}: the knob is not at the mouse"
    page.mouse.up()
    return seen


def check_drags(page, name, figure):
    """Move the slider by drawing over each picture that allows it; return the states seen."""
    seen = []
    for drag in figure.drags:
        picture = next(p for p in figure.pictures if p.name == drag.picture)
        svg = page.locator(f"#{name}-{drag.picture}")
        svg.scroll_into_view_if_needed()
        box = svg.bounding_box()
        scale = box["width"] / picture.width
        for k, at in enumerate((len(drag.at) // 4, len(drag.at) // 2, len(drag.at) - 1)):
            page.mouse.move(box["x"] + scale * drag.at[at], box["y"] + box["height"] / 2)
            if k == 0:
                page.mouse.down()
            seen.append(check_state(page, name))
            assert abs(seen[-1]["at"] - at) <= 1, f"{name}: {drag.picture} leads to {seen[-1]}"
        page.mouse.up()
        page.mouse.move(box["x"], box["y"] + box["height"] / 2)
        assert check_state(page, name)["at"] == seen[-1]["at"], f"{name}: moves without a press"
    return seen


def check_taps(page, name, figure):
    """Tap on each picture that can be drawn over; return the states seen."""
    seen = []
    for drag in figure.drags:
        svg = page.locator(f"#{name}-{drag.picture}")
        at = len(drag.at) // 3
        width = next(p.width for p in figure.pictures if p.name == drag.picture)
        scale = svg.bounding_box()["width"] / width
        svg.tap(position={"x": scale * drag.at[at], "y": 60})
        seen.append(check_state(page, name))
        assert abs(seen[-1]["at"] - at) <= 1, f"{name}: a tap leads to {seen[-1]['at']}"
    return seen


def swipe(page, svg, across, down):
    """Draw a finger over a picture from its middle; return by how much the page scrolled."""
    svg.scroll_into_view_if_needed()
    box, before = svg.bounding_box(), page.evaluate("scrollY")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    finger = page.context.new_cdp_session(page)
    for k in range(11):
        points = [{"x": x + across * k / 10, "y": y + down * k / 10}]
        kind = "touchStart" if k == 0 else "touchMove"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    return page.evaluate("scrollY") - before


def check_swipes(page, name, figure):
    """A finger that scrolls the page moves nothing; one that goes sideways moves the slider."""
    for drag in figure.drags:
        svg = page.locator(f"#{name}-{drag.picture}")
        page.locator(f"#{name}-{drag.slider}").press("Home")
        start = page.evaluate(STATE, name)["at"]
        assert abs(swipe(page, svg, 4, -150)) > 50, f"{name}: {drag.picture} keeps the page"
        assert page.evaluate(STATE, name)["at"] == start, f"{name}: scrolling moves {drag.picture}"
        swipe(page, svg, 60, 4)
        assert check_state(page, name)["at"] != start, f"{name}: {drag.picture} does not move"


def check_buttons(page, name, figure):
    """Press each button with the keyboard; return the states seen."""
    seen = []
    for button in figure.buttons:
        page.locator(f"#moving-{name}").get_by_role("button", name=button.label).focus()
        before = page.evaluate(STATE, name)["at"]
        page.keyboard.press("Enter")
        seen.append(check_state(page, name))
        to = before + button.by if button.to is None else button.to
        assert seen[-1]["at"] == to, f"{name}: {button.label} leads to {seen[-1]['at']}"
    return seen


def check_frames(page, name):
    """Move a figure whose frames are on the page, in every way there is."""
    figure = built(name)
    expect(page.locator(f"#moving-{name} fieldset")).to_be_enabled()
    [slider] = figure.sliders
    place, last = page.locator(f"#{name}-{slider.name}"), len(slider.texts) - 1
    start = check_state(page, name)
    assert (start["at"], start["words"]) == (slider.start, figure.words[figure.start])
    seen = [start, *check_keys(page, name, place, last), *check_mouse(page, name, place, last)]
    seen += check_drags(page, name, figure) + check_buttons(page, name, figure)
    if page.evaluate("navigator.maxTouchPoints"):
        seen += check_taps(page, name, figure)
        check_swipes(page, name, figure)
    assert len({s["height"] for s in seen}) == 1, f"{name}: what is below it jumps"
    states = {s["at"] for s in seen}
    assert len({s["moved"] for s in seen}) == len(states), f"{name}: the picture does not follow"


def check_still(page, name):
    """Without scripts: the picture and its words, and no control that would do nothing."""
    figure = built(name)
    for picture in figure.pictures:
        expect(page.locator(f"#{name}-{picture.name}")).to_be_visible()
    expect(page.locator(f"#{name}-words")).to_have_text(figure.words[figure.start])
    expect(page.locator(f"#moving-{name} .moving-controls")).to_be_hidden()


def check_paper(page, name):
    """On paper: the picture, and no controls."""
    page.emulate_media(media="print")
    expect(page.locator(f"#{name}-{built(name).pictures[0].name}")).to_be_visible()
    expect(page.locator(f"#moving-{name} .moving-controls")).to_be_hidden()
    page.emulate_media(media="screen")


def check_motion(page, name):
    """Whoever asked for less motion sees the parts jump, others see them glide."""
    glides = page.locator(f"#moving-{name} .glides").first
    if glides.count():
        for wish, moves in (("reduce", False), ("no-preference", True)):
            page.emulate_media(reduced_motion=wish)
            takes = glides.evaluate("e => getComputedStyle(e).transitionDuration")
            assert (not takes.startswith("0s")) == moves, f"{name}: {wish} takes {takes}"


def check_play(page, name):
    """Play a figure by keyboard: paused, taken over by hand, to its end, and from the start."""
    figure = page.locator(f"#moving-{name}")
    slider = page.locator(f"#{name}-{built(name).plays}")
    button, words = figure.locator(".moving-play"), page.locator(f"#{name}-words")
    last = int(slider.get_attribute("max"))
    step = round(8000 / last)

    def at():
        return int(slider.input_value())

    def plays(wanted):
        expect(button).to_have_text("pause" if wanted else "play")
        # no screen reader is told of each position on the way
        expect(words).to_have_attribute("aria-live", "off" if wanted else "polite")
        before = at()
        page.clock.run_for(step)
        assert at() == before + wanted, f"{name}: {before} is followed by {at()}"

    slider.press("Home")
    plays(False)
    button.press("Enter")
    plays(True)
    button.press("Space")
    plays(False)
    button.press("Enter")
    plays(True)
    slider.press("ArrowRight")
    plays(False)
    button.press("Enter")
    page.clock.run_for(last * step)
    assert at() == last, f"{name}: plays up to {at()}"
    expect(button).to_have_text("play")
    button.press("Enter")
    assert at() == 0, f"{name}: plays from its end"
    plays(True)
    button.press("Enter")
    page.emulate_media(reduced_motion="reduce")
    expect(button).to_be_hidden()


WIDE = pytest.mark.browser_context_args(viewport={"width": 1280, "height": 900})
NARROW = pytest.mark.browser_context_args(viewport={"width": 390, "height": 844}, has_touch=True)
SCREENS = [pytest.param(w, marks=m, id=w) for w, m in (("wide", WIDE), ("narrow", NARROW))]
CHAPTER = {name: chapter for chapter, names in pages().items() for name in names}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("figure", CHAPTER)
def test_figure_moves_in_every_way(page, figure, screen):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"chapters/{CHAPTER[figure]}.html", wait_until="load")
    if figure in EXPECTED:
        check_frames(page, figure)
    check_paper(page, figure)
    check_motion(page, figure)
    assert not errors


@pytest.mark.parametrize("figure", [name for name in CHAPTER if built(name).plays])
def test_figure_plays(page, figure):
    page.clock.install(time=0)
    page.goto(f"chapters/{CHAPTER[figure]}.html", wait_until="load")
    expect(page.locator(f"#moving-{figure} fieldset")).to_be_enabled()
    page.clock.pause_at(600_000)  # from here on time passes only where the test says so
    check_play(page, figure)


@pytest.mark.browser_context_args(java_script_enabled=False)
@pytest.mark.parametrize("figure", CHAPTER)
def test_figure_without_scripts(page, figure):
    page.goto(f"chapters/{CHAPTER[figure]}.html", wait_until="load")
    check_still(page, figure)
