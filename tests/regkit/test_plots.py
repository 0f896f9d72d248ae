"""The one way to show a figure: the same bytes every time, with a description in them."""

import re
import sys
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from regkit import load_prostate, plots
from regkit.exact.path import active_set
from regkit.losses import Logistic
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2
from regkit.selection import cross_validate


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


def tilted(penalty, **kwargs):
    rng = np.random.default_rng(1)
    X = rng.standard_normal((40, 2)) @ [[1.0, 0.6], [0.0, 0.8]]
    return Objective(X, X @ [1.0, 0.1] + 0.3 * rng.standard_normal(40), penalty, **kwargs)


def curves(ax):
    return [line.get_xydata() for line in ax.lines if len(line.get_xdata()) > 100]


@pytest.mark.parametrize("penalty", [L1(0.5), L2(0.5), L1L2(0.5, 0.5)])
def test_the_touching_contour_and_the_ball_meet_in_the_solution_and_nowhere_else(penalty):
    F = tilted(penalty)
    w = active_set(replace(F, penalty=L1L2(0.5, penalty.l1_ratio))).coef
    ax, _ = plots.constraint_geometry(F)
    *contours, ball = curves(ax)
    touching = contours[2]
    np.testing.assert_allclose([F.loss_value(v) for v in touching], F.loss_value(w))
    np.testing.assert_allclose([penalty.value(v) for v in ball], penalty.value(w))
    assert max(F.loss_value(w) - F.loss_value(v) for v in ball) < 1e-9
    assert np.linalg.norm(ball - w, axis=1).min() < 0.02
    assert np.linalg.norm(touching - w, axis=1).min() < 0.02
    plots.plt.close(ax.figure)


def test_the_ball_has_its_corners_and_lies_with_the_minimum_inside_the_axes():
    F = tilted(L1(0.5))
    w = active_set(F).coef
    ax, alt = plots.constraint_geometry(F, names=("left", "right"))
    ball = curves(ax)[-1]
    corners = np.abs(w).sum() * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
    for corner in corners:
        assert np.linalg.norm(ball - corner, axis=1).min() < 1e-12
    seen = np.vstack([ball, active_set(tilted(L1L2(0.0))).coef])
    low, high = np.transpose([ax.get_xlim(), ax.get_ylim()])
    assert (low < seen).all() and (seen < high).all()
    assert alt.endswith("right is 0.") and (w == 0).tolist() == [False, True]
    plots.plt.close(ax.figure)


def test_what_has_no_such_picture_is_refused():
    with pytest.raises(ValueError, match="2 columns"):
        plots.constraint_geometry(Objective(np.eye(3), [1.0, 2.0, 3.0], L1(0.1)))
    with pytest.raises(ValueError, match="lower its alpha"):
        plots.constraint_geometry(tilted(L1(100.0)))
    for penalty in (L1(0.0), L1(0.1, positive=True)):
        with pytest.raises(ValueError, match="negative weights"):
            plots.constraint_geometry(tilted(penalty))
    X = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [0.0, 0.0]])
    with pytest.raises(ValueError, match="collinear"):
        plots.constraint_geometry(Objective(X, X[:, 0], L1(0.1)))
    with pytest.raises(ValueError, match="SquaredError"):
        plots.constraint_geometry(Objective(np.eye(2), [1, -1], L1(0.1), loss=Logistic()))


def test_a_race_ends_each_line_at_the_floor_and_tells_the_iterations_that_it_draws():
    halving, stuck = 3 + 0.5 ** np.arange(60), 3 + np.full(11, 0.25)
    ax, alt = plots.convergence_race({"halving": halving, "stuck": stuck}, best=3.0, floor=1e-9)
    first, second = (line.get_xydata() for line in ax.lines)
    np.testing.assert_allclose(first[:-1, 1], 0.5 ** np.arange(30))
    assert first[-1].tolist() == [30, 1e-9]
    assert second[:, 1].tolist() == [0.25] * 11 and second[-1, 0] == 10
    assert alt.endswith("halving 1e-06 after 20; stuck 2.5e-01 after 10.")
    assert [text.get_text() for text in ax.texts] == ["halving", "stuck"]
    plots.plt.close(ax.figure)


def test_a_race_leaves_out_what_runs_away_and_refuses_what_has_no_start_above_the_minimum():
    away = np.array([1.0, 10.0, np.inf, np.nan])
    ax, alt = plots.convergence_race({"away": away, "none": np.ones(9)}, best=0.0, xscale="log")
    assert np.isnan(ax.lines[0].get_ydata()[2:]).all() and "away out of bounds after 3" in alt
    assert ax.get_xscale() == "log" and ax.get_xlim() == (1, 8)
    plots.svg(ax.figure, alt)
    plots.plt.close(ax.figure)
    for histories in ({}, {"none": np.ones(3)}):
        with pytest.raises(ValueError, match="above best"):
            plots.convergence_race(histories, best=1.0)


def test_one_runner_is_a_race():
    ax, alt = plots.convergence_race({"alone": np.array([1.0, 0.1])}, best=0.0)
    assert alt.endswith(": alone 1.0e-01 after 1.")
    assert [text.get_text() for text in ax.texts] == ["alone"]


def test_a_cross_validation_curve_marks_what_both_rules_choose():
    prostate = load_prostate()
    curve = cross_validate(prostate.data, prostate.target, np.geomspace(1, 0.001, 20))
    ax, alt = plots.cv_curve(curve)
    marks = [line.get_xdata()[0] for line in ax.lines[1:]]
    assert marks == [curve.alpha("min"), curve.alpha("1se")]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), curve.mean_error)
    assert f"at alpha = {curve.alpha('1se'):.3g}." in alt
    plots.svg(ax.figure, alt)
    plots.plt.close(ax.figure)
    with pytest.raises(ValueError, match="above 0"):
        plots.cv_curve(cross_validate(prostate.data, prostate.target, [0.1, 0.0]))


def test_a_clip_is_numbered_and_not_named_by_the_last_bit_of_a_coordinate():
    texts = []
    for shift in (0.0, 1e-13):
        fig, ax = plots.plt.subplots()
        ax.set_position([0.1 + shift, 0.1, 0.8, 0.8])
        ax.plot([0, 1])
        texts.append(re.findall(r"clipPath id=.*?>|clip-path=.*?>", plots.svg(fig, "A line.")))
    assert texts[0] == texts[1]
    assert texts[0]
