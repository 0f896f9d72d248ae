"""A chapter on paper: its numbered title, its folds open, no checks, no drawing, no imports."""

from playwright.sync_api import expect

PAGE = "chapters/02_penalties.html"
LEFT_OUT = (
    ".tag_check",
    ".tag_setup",
    ".tag_draw .cell_input",
    ".toggle-button",
    "#pst-back-to-top",
)
SHOWN = (".tag_draw .cell_output", ".admonition.answer > p:last-child", ".admonition.solution > *")


def test_paper_has_the_text_and_leaves_out_what_runs_it(page):
    page.goto(PAGE, wait_until="load")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # on which the folds open
    titles = page.locator("h1").filter(visible=True)
    expect(titles).to_have_count(1)
    expect(titles).to_contain_text("2. Penalties")
    for selector in LEFT_OUT:
        expect(page.locator(selector).first).to_be_hidden()
    for selector in SHOWN:
        expect(page.locator(selector).first).to_be_visible()
