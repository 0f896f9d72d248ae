"""The one way to show a figure: the same bytes every time, with a description in them."""

import re
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from regkit import plots


def draw(shift=0.0):
    plots.use_book_style()
    fig, ax = plots.plt.subplots()
    x = np.linspace(0, 1, 50)
    ax.plot(x, np.sin(7 * x) + shift, label=r"$\sin 7x$")
    ax.fill_between(x, 0, x, alpha=0.2)
    ax.legend()
    return fig


def test_the_same_figure_is_the_same_bytes_even_if_the_last_digits_differ():
    first = plots.svg(draw(), "A wave, twice drawn.")
    assert plots.svg(draw(), "A wave, twice drawn.") == first
    assert plots.svg(draw(shift=1e-13), "A wave, twice drawn.") == first


def test_coordinates_have_two_decimals_and_glyphs_keep_their_scale():
    text = plots.svg(draw(), "A wave.")
    assert "scale(0.015625)" in text
    assert not re.findall(r"-?\d+\.\d{3,}", text.replace("scale(0.015625)", ""))
    assert not re.search(r'[" ]-0[" ]', text)


def test_the_description_is_the_title_and_its_numbers_are_left_alone():
    alt = "A wave <of height> 1.23456 & \\alpha"
    root = ElementTree.fromstring(plots.svg(draw(), alt))
    assert root.findtext("{*}title") == alt
    assert root.attrib["role"] == "img"


@pytest.mark.parametrize("alt", ["", "  \n "])
def test_a_figure_without_description_is_refused(alt):
    with pytest.raises(ValueError, match="alt"):
        plots.svg(draw(), alt)


def test_show_displays_the_picture_with_its_description_and_closes_it(monkeypatch):
    display = pytest.importorskip("IPython.display")
    shown = []
    monkeypatch.setattr(display, "display", lambda data, raw: shown.append(data))
    fig = draw()
    plots.show(fig, "A\n  wave.")
    assert shown[0]["text/plain"] == "A wave."
    assert "<title>A wave.</title>" in shown[0]["image/svg+xml"]
    assert not plots.plt.fignum_exists(fig.number)


def test_outside_a_notebook_show_prints_the_description(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "IPython.display", None)
    plots.show(draw(), "A wave.")
    assert capsys.readouterr().out == "A wave.\n"
