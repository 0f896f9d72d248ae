"""What needs no browser: the pages, their outputs and links, and what they say of themselves."""

import yaml
from built import problems
from head import check_found


def test_every_page_has_its_outputs_and_every_link_leads_somewhere(root, site):
    assert not problems(root, site)


def test_every_page_says_what_it_is(site, written):
    assert not check_found(site, written)


def test_an_old_address_leads_to_where_its_page_went(root, site):
    moved = yaml.safe_load((root / "_config.yml").read_text("utf-8"))["sphinx"]["config"]
    for old, new in moved["redirects"].items():
        page = site / f"{old}.html"
        assert (page.parent / new).is_file()
        assert f"url={new}" in page.read_text("utf-8")
