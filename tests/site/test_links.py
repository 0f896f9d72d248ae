"""What needs no browser: the pages, their outputs and links, and what they say of themselves."""

from built import problems
from head import check_found


def test_every_page_has_its_outputs_and_every_link_leads_somewhere(root, site):
    assert not problems(root, site)


def test_every_page_says_what_it_is(site, written):
    assert not check_found(site, written)
