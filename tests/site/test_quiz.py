"""Take the self-test's multiple choice with the keyboard alone, by its score, and as an exam.

An option is a <details>, which the browser itself opens: the first test passes without scripts too.
"""

import pytest
from playwright.sync_api import expect

PAGE = "chapters/self_test.html"
QUESTIONS, CHOICES, OPTIONS = 40, 16, 4  # as the page says
DOTS = ("●○○ easy", "●●○ medium", "●●● hard")

# Which option has the focus: the number of its question and its own. Null elsewhere.
FOCUSED = """() => {
  const summary = document.activeElement.closest("details.option > summary");
  if (!summary) return null;
  const place = (selector, root) =>
    [...root.querySelectorAll(selector)].indexOf(summary.closest(selector));
  const question = summary.closest(".choice");
  return [place(".choice", document), place("details.option", question)];
}"""


def check_titles(page):
    """Assert that the questions are numbered in order, and each says how hard it is."""
    titles = page.locator(".question > .admonition-title").all_text_contents()
    assert len(titles) == QUESTIONS, f"{len(titles)} questions"
    points = [f"{point}.{k}" for point in range(1, 8) for k in range(1, 7 if point < 7 else 5)]
    assert [title.split(" · ")[0].strip() for title in titles] == points, "numbers out of order"
    for title in titles:
        assert title.split(" · ")[1] in DOTS, f"{title}: how hard?"


def open_option(page, option, name, key):
    """Open the option that has the focus; return whether it says that it is right."""
    body = option.locator(".sd-summary-content")
    assert not body.is_visible(), f"{name}: shown before it is opened"
    assert option.locator("summary:focus-visible").count(), f"{name}: its focus cannot be seen"
    page.keyboard.press(key)
    expect(body, f"{name}: not shown after it is opened").to_be_visible()
    text = body.inner_text().strip()
    assert len(text) > 50, f"{name}: no explanation"
    assert text.startswith(("Right.", "No.")), f"{name}: no verdict"
    return text.startswith("Right.")


def test_the_self_test_by_keyboard(page):
    """Open the self-test, walk it by Tab, and open each option with Enter or Space, in turn."""
    page.goto(PAGE, wait_until="load")
    check_titles(page)
    questions = page.locator(".question.choice")
    assert questions.count() == CHOICES, f"{questions.count()} multiple choice"
    for q in range(CHOICES):
        count = questions.nth(q).locator("details.option").count()
        assert count == OPTIONS, f"multiple choice {q + 1}: {count} options"
    expected = [(q, k) for q in range(CHOICES) for k in range(OPTIONS)]
    right = []
    # What is opened brings links to walk over, so the number of steps is not known beforehand.
    for _ in range(3_000):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            continue
        at, here = tuple(focused), expected[len(right)]
        assert at == here, f"Tab leads to option {at}, where {here} was expected"
        option = questions.nth(at[0]).locator("details.option").nth(at[1])
        name = option.locator("summary").inner_text().strip()
        right.append(open_option(page, option, name, ("Enter", "Space")[len(right) % 2]))
        marked = "right" in option.get_attribute("class").split()
        assert right[-1] == marked, f"{name}: the page and its markup disagree"
        if len(right) == len(expected):
            break
    assert len(right) == len(expected), f"only {len(right)} of {len(expected)} options reached"
    for q in range(CHOICES):
        count = sum(right[q * OPTIONS : (q + 1) * OPTIONS])
        assert count == 1, f"multiple choice {q + 1}: {count} right options"


def test_the_first_choices_are_counted_and_stay(page):
    page.goto(PAGE, wait_until="load")
    score, again = page.locator(".score[aria-live]"), page.get_by_text("Start again")
    expect(again).to_be_hidden()
    choice = page.locator(".question.choice")
    options = choice.nth(0).locator("details.option"), choice.nth(1).locator("details.option")
    options[0].locator(":scope.right > summary").click()
    expect(score).to_contain_text(f"Answered: 1 of {CHOICES}")
    expect(score).to_contain_text("first try: 1.")
    options[1].locator(":scope:not(.right) > summary").first.click()
    options[1].locator(":scope.right > summary").click()  # the second try is for learning
    expect(score).to_contain_text(f"Answered: 2 of {CHOICES}")
    expect(score).to_contain_text("first try: 1.")
    page.reload()
    expect(score).to_contain_text(f"Answered: 2 of {CHOICES}")
    options[0].locator("summary").first.click()
    again.click()
    expect(again).to_be_hidden()
    assert page.locator("details.option[open]").count() == 0
    page.reload()
    expect(score).to_contain_text("The first option that you open counts")


def test_an_exam_keeps_its_answers_for_the_end_and_from_paper(page):
    page.goto(PAGE, wait_until="load")
    score = page.locator(".score")
    page.get_by_role("button", name="Exam: answers at the end").click()
    options = page.locator(".question.choice").nth(1).locator("details.option > summary")
    options.filter(has_text="(a)").click()
    page.locator(".question.choice").first.locator(".right > summary").press("Enter")
    options.filter(has_text="(b)").click()  # another choice takes the place of the first
    expect(score).to_contain_text(f"Marked: 2 of {CHOICES}")
    expect(page.locator(".chosen")).to_have_count(2)
    mark = "node => getComputedStyle(node, '::after').content"
    assert "your choice" in page.locator(".chosen .sd-summary-text").first.evaluate(mark)
    answers = page.locator(".bd-article details .sd-summary-content").filter(visible=True)
    for medium in ("print", "screen"):
        page.emulate_media(media=medium)
        assert answers.count() == page.locator(".cell.tag_check:visible").count() == 0
        assert page.locator("details.option > summary:visible").count() == CHOICES * OPTIONS
    page.locator(".question").last.scroll_into_view_if_needed()
    show = page.get_by_role("button", name="Show the answers")
    expect(show).to_be_in_viewport()
    show.click()
    expect(score).to_contain_text(f"Answered: 2 of {CHOICES}")
    expect(score).to_contain_text("first try: 1.")  # those left out, now open, do not count
    expect(answers).to_have_count(CHOICES * OPTIONS + QUESTIONS - CHOICES)
    # The colour says it a second time, after the words "Right." and "No."
    colour = "node => getComputedStyle(node).borderLeftColor"
    colours = [
        page.locator(f".choice details{kind}").first.evaluate(colour) for kind in (".right", "")
    ]
    assert colours[0] != colours[1]
    page.get_by_text("Start again").click()
    expect(page.locator(".chosen")).to_have_count(0)


@pytest.mark.parametrize("broken", ["throw 0", "return 'no JSON'"])
def test_without_a_store_it_counts_until_the_page_is_left(page, broken):
    for name in ("getItem", "setItem"):
        page.add_init_script(f"Storage.prototype.{name} = () => {{ {broken} }}")
    page.goto(PAGE, wait_until="load")
    page.locator("details.option.right > summary").first.click()
    expect(page.locator(".score[aria-live]")).to_contain_text("first try: 1.")
