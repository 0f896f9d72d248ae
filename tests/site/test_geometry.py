"""Drag the least-squares point of chapter 2's figure, move its sliders, and hold it to `regkit`.

What the words say is compared, letter by letter, with what `figures.geometry` says of the same
state, which `regkit` solved: here the reader's browser did.
"""

import itertools

import numpy as np
import pytest
from figures import geometry
from playwright.sync_api import expect

POINTS = ((0.74, 0.23), (-0.31, 0.87), (0.02, -0.95), (-0.66, -0.54), (0.93, -0.77))
ALPHAS = (0.0, 0.05, 0.21, 0.43, 1.0)
RATIOS = (0.0, 0.5, 0.95, 1.0)
SLIDERS = ("across", "up", "alpha", "ratio")

MOVE = """values => values.forEach(([name, value]) => {
  const slider = document.getElementById(`geometry-${name}`);
  slider.value = value;
  slider.dispatchEvent(new Event("input", {bubbles: true}));
})"""
SEEN = """names => {
  const sliders = names.map(name => document.getElementById(`geometry-${name}`));
  return {
    values: sliders.map(slider => slider.valueAsNumber),
    heard: sliders.map(slider => slider.getAttribute("aria-valuetext")),
    words: document.getElementById("geometry-words").textContent,
  };
}"""
GLIDES = "figure => figure.getAnimations({subtree: true}).length"
TOUCH = """() => {
  const part = name => document.getElementById(`geometry-${name}`);
  const at = part("solution").transform.baseVal[0].matrix, ring = part("contour-2");
  const point = part("plane").createSVGPoint();
  const turned = ring.getCTM().inverse().multiply(part("solution").getCTM());
  const {x, y} = point.matrixTransform(turned);
  return {
    ball: part("rim").isPointInStroke(new DOMPoint(at.e, at.f)),
    ring: (x / ring.rx.baseVal.value) ** 2 + (y / ring.ry.baseVal.value) ** 2,
  };
}"""


def positions(free, alpha, ratio):
    """Return the sliders' positions in a state."""
    return [
        round(100 * free[0]) + 100,
        round(100 * free[1]) + 100,
        round(100 * alpha),
        round(20 * ratio),
    ]


def check_said(page, H):
    """Assert that the words, and what a screen reader hears of the sliders, are regkit's."""
    seen = page.evaluate(SEEN, SLIDERS)
    a, b, alpha, ratio = seen["values"]
    state = geometry.State.of(H, np.array([a - 100, b - 100]) / 100, alpha / 100, ratio / 20)
    assert seen["words"] == geometry.words(state), f"{seen['words']!r}: {geometry.words(state)!r}"
    told = [float(text.replace("−", "-")) for text in seen["heard"]]
    assert told == [*state.free, state.alpha, state.ratio], seen
    return state


def check_states(page, H):
    """Visit a hundred states, the exact zeros and all three kinds of ball among them."""
    zeros = set()
    for free, alpha, ratio in itertools.product(POINTS, ALPHAS, RATIOS):
        page.evaluate(MOVE, list(zip(SLIDERS, positions(free, alpha, ratio), strict=True)))
        state = check_said(page, H)
        zeros.add((ratio, int((state.w == 0).sum())))
        if alpha and state.w.any():
            seen = page.evaluate(TOUCH)
            assert seen["ball"], f"the solution is off the ball, {state}"
            assert abs(seen["ring"] - 1) < 0.03, f"the solution is off the contour, {state}"
    assert {(0.0, 0), (0.5, 1), (0.5, 2), (1.0, 1), (1.0, 2)} <= zeros, zeros
    assert not {(0.0, 1), (0.0, 2)} & zeros, "ridge has a zero"


def test_by_keyboard(page, H):
    """Reach every slider by Tab, and move it with the keys alone."""
    page.locator("#geometry-across").focus()
    keys = (("Home",), ("End",), ("End", "ArrowLeft"), ("Home",))
    for slider, pressed, position in zip(SLIDERS, keys, (0, 200, 99, 0), strict=True):
        focused = page.evaluate("document.activeElement.id")
        assert focused == f"geometry-{slider}", f"Tab leads to {focused}, not to {slider}"
        for key in pressed:
            page.keyboard.press(key)
        assert page.locator(f"#geometry-{slider}").input_value() == str(position), slider
        check_said(page, H)
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "play"
    page.keyboard.press("Tab")
    for name, ratio in (("lasso", 1), ("Elastic Net", 0.5), ("ridge", 0)):
        assert page.evaluate("document.activeElement.textContent") == name
        page.keyboard.press("Enter")
        assert check_said(page, H).ratio == ratio
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    state = check_said(page, H)
    assert (state.free == np.round(geometry.problem()[1], 2)).all(), state


def test_the_zeros_are_shaded_on_demand(page, H):
    zone, button = page.locator("#geometry-zone-0"), page.get_by_role("button", name="shade")
    for shown in (False, True, False):
        expect(button).to_have_attribute("aria-pressed", str(shown).lower())
        expect(zone).to_be_visible(visible=shown)
        button.press("Enter")


def test_by_mouse(page, H):
    """Take hold of the point, and carry it through the plane."""
    handle, plane = page.locator("#geometry-handle"), page.locator("#geometry-plane")
    plane.scroll_into_view_if_needed()
    box, hold = plane.bounding_box(), handle.bounding_box()
    centre = hold["x"] + hold["width"] / 2, hold["y"] + hold["height"] / 2
    before = check_said(page, H).free
    page.mouse.move(*centre)
    page.mouse.down()
    seen = []
    for share in ((0.4, 0.3), (0.3, 0.5), (0.6, 0.6)):
        page.mouse.move(
            box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"], steps=3
        )
        seen.append(tuple(check_said(page, H).free))
    page.mouse.up()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    after = check_said(page, H).free
    assert len({tuple(before), *seen}) == 4 and tuple(after) == seen[-1], "the drag does not hold"
    hold = handle.bounding_box()
    far = np.hypot(
        hold["x"] + hold["width"] / 2 - box["x"] - 0.6 * box["width"],
        hold["y"] + hold["height"] / 2 - box["y"] - 0.6 * box["height"],
    )
    assert far < 2, f"the point is {far:.1f} px from where it was let go"


def test_by_finger(page, H):
    """Carry the point with a finger, which must not scroll the page."""
    finger = page.context.new_cdp_session(page)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    plane = page.locator("#geometry-plane")
    plane.scroll_into_view_if_needed()
    hold, box = page.locator("#geometry-handle").bounding_box(), plane.bounding_box()
    before, scrolled = check_said(page, H).free, page.evaluate("scrollY")
    x, y = hold["x"] + hold["width"] / 2, hold["y"] + hold["height"] / 2
    places = [(x, y), (x - 20, y - 25), (box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)]
    for kind, place in zip(("touchStart", "touchMove", "touchMove"), places, strict=True):
        points = [{"x": place[0], "y": place[1]}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    after = check_said(page, H).free
    x, y = 100 * (1 / 3 * 400 - 220) / 152.73, 100 * (180 - 392 / 3) / 152.73
    assert np.hypot(*(100 * after - (x, y))) < 3, f"{before}, carried by a finger to {after}"
    assert page.evaluate("scrollY") == scrolled, "the page scrolled under the finger"


@pytest.fixture
def H(page):
    """Open chapter 2; return the problem of its figure."""
    page.goto("chapters/02_penalties.html", wait_until="load")
    expect(page.locator("#moving-geometry fieldset")).to_be_enabled()
    return geometry.problem()[0]


def test_the_figure_says_what_regkit_says_and_nothing_jumps(page, H):
    start = check_said(page, H)
    assert start.w[1] == 0 < start.w[0] and start.ratio == 1
    figure = page.locator("#moving-geometry")
    height = figure.bounding_box()["height"]
    check_states(page, H)
    assert not figure.evaluate(GLIDES), "something moves by itself"
    after = figure.bounding_box()["height"]
    assert abs(after - height) < 1, f"what is below the figure jumps by {after - height}"
