"""Step through chapter 4's race by mouse and by keyboard, and recompute what it says.

The three methods are taken anew from the chapter's formulas, not from `regkit.solvers`, which the
figure has them from.
"""

import re

import numpy as np
import pytest
from figures import descent_race as race
from playwright.sync_api import expect

from regkit.certificates import duality_gap
from regkit.penalties import soft_threshold

STATE = """names => {
  const part = name => document.getElementById(`descent_race-${name}`);
  const marks = (picture, name) =>
    part(`${picture}-${name}-marks`).getAttribute("d").split("M").slice(1);
  const slider = part("step");
  return {
    step: [slider.value, slider.getAttribute("aria-valuetext")],
    words: part("words").textContent,
    rows: Object.fromEntries(names.map(name => [name, {
      cells: ["zeros", "second", "above"].map(cell => part(`${cell}-${name}`).textContent),
      last: marks("plane", name).at(-1).split("h")[0].split(" ").map(Number),
      count: marks("zero", name).length,
    }])),
    glides: document.getElementById("moving-descent_race").getAnimations({subtree: true}).length,
  };
}"""


def runs(F):
    """Return the iterates of each method, by its formula."""
    t, alpha, w = 1 / F.smoothness, F.penalty.alpha, np.array(race.FROM)
    C = F.X - F.X.mean(axis=0)
    H, least = C.T @ C / len(C), np.linalg.lstsq(C, F.y - F.y.mean(), rcond=None)[0]

    def sweep(w):
        w = w.copy()
        for k in range(2):
            pull = H[k] @ (least - w)
            w[k] = soft_threshold(w[k] + pull / H[k, k], alpha / H[k, k])
        return w

    steps = {
        "sign": lambda w: w - t * (H @ (w - least) + alpha * np.sign(w)),
        "proximal": lambda w: soft_threshold(w - t * H @ (w - least), t * alpha),
        "coordinate": sweep,
    }
    found = {}
    for name, step in steps.items():
        found[name] = [w]
        for _ in range(race.COUNT):
            found[name].append(step(found[name][-1]))
    return found


def close(text, value):
    """Return whether a text with four decimals reads as a value, and "0" as nothing but zero."""
    if text == "0":
        return value == 0
    return value != 0 and abs(float(text.replace("−", "-")) - value) <= 0.5001e-4


def check_frame(page, k, found, F, least):
    """Assert that table, words and picture tell the k-th iterates."""
    seen, plot = page.evaluate(STATE, list(found)), race.plane()
    assert seen["step"] == [str(k)] * 2, seen["step"]
    for name, run in found.items():
        w, row, where = run[k], seen["rows"][name], f"{name} after {k}"
        zeros, second, above = row["cells"]
        assert zeros == str((w == 0).sum()), f"{where}: {zeros} zeros"
        assert close(second, w[1]), f"{where}: {second}, not {w[1]}"
        assert abs(float(above) - (F.value(w) - least)) < 1e-4, f"{where}: {above} above"
        x, y = row["last"]
        assert np.hypot(x - plot.x(w[0]), y - plot.y(w[1])) < 0.02, f"{where}: drawn at {x}, {y}"
        assert row["count"] == k + 1, f"{where}: {row['count']} marks"
        if k:
            told = re.search(rf"(exactly 0|[−\d.]+) by {name}", seen["words"])
            assert told and close(told[1].removeprefix("exactly "), w[1]), seen["words"]
    assert not seen["glides"], "something moves by itself"


def test_by_buttons(page, check):
    """Click through all iterations, forwards and some way back."""
    figure = page.locator("#moving-descent_race")
    again, back, step = (
        figure.get_by_role("button", name=name, exact=True)
        for name in ("start over", "back", "step")
    )
    again.click()
    check(0)
    for k in range(1, race.COUNT + 1):
        step.click()
        check(k)
    step.click()
    check(race.COUNT)  # there is no further
    for k in (1, 2, 3):
        back.click()
        check(race.COUNT - k)


def test_by_keyboard(page, check):
    """Step with the keys alone: the slider first, then the buttons, which Tab leads to."""
    page.locator("#descent_race-step").focus()
    for key, k in (("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("End", race.COUNT)):
        page.keyboard.press(key)
        check(k)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "play"
    for label, key, k in (("start over", "Enter", 0), ("back", "Space", 0), ("step", "Enter", 1)):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == label
        assert page.locator("button:focus-visible").count(), f"{label}: its focus cannot be seen"
        page.keyboard.press(key)
        check(k)


def test_by_mouse(page, check):
    """Drag along the right picture, whose x is the iteration."""
    picture = page.locator("#descent_race-zero")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    left, right = (share / 400 * box["width"] + box["x"] for share in (52, 388))
    height = box["y"] + box["height"] / 2
    page.mouse.move(left, height)
    page.mouse.down()
    for k in (0, 8, 24):
        page.mouse.move(left + k / race.COUNT * (right - left), height, steps=2)
        check(k)
    page.mouse.up()


@pytest.fixture
def check(page):
    """Open chapter 4; return a function that holds the figure to the k-th iterates."""
    F = race.problem()
    found = runs(F)
    solution = found["coordinate"][-1]
    assert duality_gap(F, solution) < 1e-12, "the race does not end at the minimum"
    assert not any((w == 0).any() for w in found["sign"][1:]), "a sign step landed on zero"
    page.goto("chapters/04_signs.html", wait_until="load")
    expect(page.locator("#moving-descent_race fieldset")).to_be_enabled()
    return lambda k: check_frame(page, k, found, F, F.value(solution))


def test_it_starts_where_its_caption_says(check):
    check(race.SHOWN)
