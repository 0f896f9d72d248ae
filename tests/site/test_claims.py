"""The buttons over the claims choose among them, by hand and by keyboard, with scripts off too."""

import pytest
from playwright.sync_api import expect

VERDICTS = ("wrong", "right", "depends", "slip")
CHAPTERS = (*(f"in-{k}" for k in (*range(1, 8), 9, 10)), "in-no-chapter")
PAGES = ("reference/claims", "reference/claims_zh", "reference/claims_tw")


@pytest.mark.parametrize("listed", PAGES)
@pytest.mark.browser_context_args(java_script_enabled=False)
def test_claims_are_chosen_by_verdict_and_by_chapter(page, base_url, listed):
    page.goto(f"{base_url}{listed}.html")
    claims, shown = page.locator(".claim"), page.locator(".claim:visible")
    everything = claims.count()
    assert shown.count() == everything > 50
    for row, kinds in (("chapter", CHAPTERS), ("verdict", VERDICTS)):
        for kind in kinds:
            page.locator(f"#only-{row}-{kind}").check()
            expect(shown).to_have_count(page.locator(f".claim.{kind}").count())
            assert 0 < shown.count() < everything
        page.locator(f"#only-{row}-all").check()
    page.locator("#only-verdict-wrong").check()
    page.locator("#only-chapter-in-3").check()
    expect(shown).to_have_count(page.locator(".claim.wrong.in-3").count())
    page.locator("#only-verdict-all").check()
    expect(shown).to_have_count(page.locator(".claim.in-3").count())
    page.locator("#only-chapter-in-3").focus()
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_count(page.locator(".claim.in-4").count())
    page.locator("#only-chapter-all").check()
    expect(shown).to_have_count(everything)
