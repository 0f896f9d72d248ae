"""Where the loss's contour meets the penalty's ball, wherever the least-squares point is.

The quadratic is that of chapter 2's picture, lcavol and svi of the prostate data. The point moves
freely, so that ``geometry.js`` solves and draws each state anew; here it is done once, by `regkit`,
and the tests hold the one against the other.
"""

from dataclasses import dataclass

import numpy as np

from figures import Button, Figure, Slider
from figures.draw import Plot, decimals, move, number
from regkit import Ridge, load_prostate
from regkit.exact.path import active_set
from regkit.objective import Objective
from regkit.penalties import L1L2

NAME = "geometry"
PAIR = ("lcavol", "svi")
EDGE = 1.1  # of the picture
PLACES = np.arange(-100, 101) / 100  # of the least-squares point, in either direction
ALPHAS = np.arange(101) / 100
RATIOS = np.arange(21) / 20
CONTOURS = (0.1, 0.4, 1.0, 1.8)  # heights, as shares of that through the solution
FAR = 9.0  # farther than the picture's edge
NAMED = 1.05  # where the names of the zones stand
# Names lie on lines, which must not strike them through. On paper there are no variables.
HALO = (
    "paint-order: stroke; stroke-width: 4px; stroke-linejoin: round; stroke: #FFFFFF; "
    "stroke: var(--moving-paper, #FFFFFF)"
)


@dataclass(frozen=True)
class State:
    """A least-squares point, a penalty, and what follows from them."""

    free: np.ndarray
    alpha: float
    ratio: float
    w: np.ndarray
    pull: np.ndarray  # minus the gradient of the loss at w

    @classmethod
    def of(cls, H, free, alpha, ratio):
        """Solve the Elastic Net whose loss is least at `free` and has the second derivative H."""
        X = np.sqrt(2) * np.linalg.cholesky(H).T  # two rows, so that XᵀX / 2 is H
        F = Objective(X, X @ free, L1L2(alpha, ratio), fit_intercept=False)
        w = active_set(F).coef if alpha else free
        return cls(free, alpha, ratio, w, H @ (free - w))

    @property
    def shares(self):
        """Return α r and α (1 − r)."""
        return self.alpha * self.ratio, self.alpha * (1 - self.ratio)


def problem():
    """Return H and the least-squares point of the two standardised columns."""
    prostate = load_prostate()
    columns = [prostate.feature_names.index(name) for name in PAIR]
    X = prostate.data[prostate.train][:, columns]
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    return Z.T @ Z / len(Z), Ridge(0.0).fit(Z, prostate.target[prostate.train]).coef_


def corner(w, ratio):
    """Return how far along the axes the ball reaches that has w on its border."""
    size = ratio * np.abs(w).sum() + (1 - ratio) / 2 * (w @ w)
    return 2 * size / (ratio + np.sqrt(ratio**2 + 2 * (1 - ratio) * size)) if size else 0.0


def ball(plot, w, ratio):
    """Return the ball as four arcs, which it is exactly: of circles about (±k, ±k)."""
    a, k = corner(w, ratio), ratio / (1 - ratio) if ratio < 1 else 0
    radius = number(
        np.hypot(a + k, k) * scale(plot) if ratio < 1 else 0
    )  # an arc of radius 0 is straight
    ends = [(0, a), (-a, 0), (0, -a), (a, 0)]
    arcs = [f"A{radius} {radius} 0 0 0 {number(plot.x(x))} {number(plot.y(y))}" for x, y in ends]
    return f"M{number(plot.x(a))} {number(plot.y(0))}{''.join(arcs)}Z"


def zone(H, l1, l2, k):
    """Return the border of all least-squares points for which coefficient k is exactly 0.

    With H times the point as coordinates, and t the other coefficient, these are the points
    (± (l1 + (H_oo + l2) t), ± H_ok t + u) with |u| at most l1, for any t from 0 on.
    """
    o = 1 - k
    side, lift = l1 + (H[o, o] + l2) * FAR, H[o, k] * FAR
    half = [(side, lift + l1), (side, lift - l1), (l1, -l1), (-l1, -l1)]
    points = np.array([*half, *((-a, -b) for a, b in half)])
    return np.linalg.solve(H, points[:, [0, 1] if k == 1 else [1, 0]].T)


def name_place(H, l1, l2, k):
    """Return where the name of a zone stands: on its middle line, near the picture's edge."""
    o = 1 - k
    start, along = (
        np.linalg.solve(H, l1 * np.eye(2)[o]),
        np.linalg.solve(H, H[o] + l2 * np.eye(2)[o]),
    )
    return start + (NAMED - start[o]) / along[o] * along


def ellipses(H, state):
    """Return the half-axes of the contours, and by how much they are turned, in degrees."""
    stretch, axes = np.linalg.eigh(H)
    apart = state.w - state.free
    height = apart @ H @ apart / 2
    radii = [np.sqrt(2 * share * height / stretch) for share in CONTOURS]
    return radii, float(np.degrees(np.arctan2(axes[1, 0], axes[0, 0]))) % 180


def objective(state):
    """Write the objective with its numbers; the loss counts from its least value."""
    l1, l2 = np.abs(state.w).sum(), state.w @ state.w
    loss, ratio = state.pull @ (state.free - state.w) / 2, state.ratio
    penalty = state.alpha * (ratio * l1 + (1 - ratio) / 2 * l2)
    return (
        f"loss above its least + α (r Σ|w| + ½ (1 − r) Σw²) = {loss:z.2f} + {state.alpha:.2f} ("
        f"{ratio:.2f} · {l1:.2f} + ½ · {1 - ratio:.2f} · {l2:.2f}) = {loss + penalty:z.2f}"
    )


def words(state):
    """Say the state in a formula and a sentence; geometry.js says the same."""
    return f"{objective(state)}\n{said(state)}"


def said(state):
    """Say the state in a sentence."""
    w, pull = ([decimals(v, 2) for v in values] for values in (state.w, np.abs(state.pull)))
    values = [f"{name} = {value}" for name, value in zip(PAIR, w, strict=True)]
    zeros = np.flatnonzero(state.w == 0)
    hold = decimals(state.shares[0], 2)
    if state.alpha == 0:
        return f"No penalty: the solution is least squares itself, {values[0]} and {values[1]}."
    if len(zeros) == 2:
        return (
            f"Both coefficients are exactly 0. The loss pulls at {PAIR[0]} with {pull[0]} and at "
            f"{PAIR[1]} with {pull[1]}; the penalty holds each with up to {hold}."
        )
    if len(zeros) == 1:
        k = zeros[0]
        return (
            f"The contour meets the ball in a corner: {values[1 - k]}, and {PAIR[k]} = 0 exactly. "
            f"There the loss pulls at {PAIR[k]} with {pull[k]}, and the penalty holds it with up "
            f"to {hold}."
        )
    place = {0: "the ball, which has no corner", 1: "a straight edge of the ball"}
    where = place.get(state.ratio, "a curved edge of the ball")
    return f"The contour meets {where}: {values[0]} and {values[1]}. Neither is 0."


def scale(plot):
    """Return the picture's units for one unit of a coefficient."""
    return plot.x(1) - plot.x(0)


def draw(H, state):
    """Return the plot of one state."""
    plot = Plot(NAME, "plane", x=(-EDGE, EDGE), y=(-EDGE, EDGE), height=392)
    plot.axes((-1, -0.5, 0, 0.5, 1), (-1, -0.5, 0, 0.5, 1), *PAIR)
    side = plot.width - plot.left - plot.right
    window = f'<rect x="{plot.left}" y="{plot.top}" width="{side}" height="{side}"/>'
    plot.shapes.append(f'<clipPath id="{NAME}-window">{window}</clipPath>')
    plot.shapes.append(f'<g clip-path="url(#{NAME}-window)">')
    for k in (0, 1):
        faint = "fill-opacity: 0.17; stroke-opacity: 0.4"
        plot.area(*zone(H, *state.shares, k), "thin grey zone", f"zone-{k}", style=faint)
    plot.line([-EDGE, EDGE], [0, 0], kind="thin")
    plot.line([0, 0], [-EDGE, EDGE], kind="thin")
    radii, turned = ellipses(H, state)
    place = f"{at(plot, state.free)} rotate({number(-turned)})"
    for k, share in enumerate(CONTOURS):
        rx, ry = radii[k] * scale(plot)
        look = "line blue" if share == 1 else "thin blue"
        plot.add("ellipse", part=f"contour-{k}", class_=look, rx=rx, ry=ry, transform=place)
    d = ball(plot, state.w, state.ratio)
    plot.add("path", part="ball", class_="area orange", d=d)
    plot.add("path", part="rim", class_="line orange", d=d)
    plot.shapes.append("</g>")
    for k, given in (
        (0, {"text_anchor": "middle", "dy": 12}),
        (1, {"text_anchor": "end", "dy": 5}),
    ):
        given |= {"style": HALO, "transform": at(plot, name_place(H, *state.shares, k))}
        plot.add("text", f"{PAIR[k]} = 0", f"zone-{k}-name", class_="label grey zone", **given)
    return plot


def at(plot, point):
    """Return the transform that moves a part to a point of the plane."""
    return move(plot.x(point[0]), plot.y(point[1]))


def mark(plot, state):
    """Add the two points with their names, and over the first what a finger takes hold of."""
    above = state.free[1] >= state.w[1]
    for part, point, word, color, dy in (
        ("solution", state.w, "solution", "vermillion", 20 if above else -12),
        ("free", state.free, "least squares", "ink", -12 if above else 20),
    ):
        anchor = "end" if point[0] > 0.6 else "start" if point[0] < -0.6 else "middle"
        here = at(plot, point)
        # no "glides" here: what is dragged must not lag behind the finger
        plot.add("circle", part=part, class_=f"dot {color}", r=6, transform=here)
        given = {"dy": dy, "text_anchor": anchor, "transform": here, "style": HALO}
        plot.add("text", word, f"{part}-name", class_="label ink", **given)
    hand = "touch-action: none; cursor: grab"
    plot.add("circle", part="handle", r=24, fill="transparent", transform=here, style=hand)


def build():
    """Return the figure."""
    H, least = problem()
    free = np.round(least, 2)
    state = State.of(H, free, 0.4, 1.0)
    plot = draw(H, state)
    mark(plot, state)
    alt = (
        f"The plane of two coefficients, {PAIR[0]} and {PAIR[1]}: elliptical contours of the loss "
        f"round the least-squares point ({decimals(free[0], 2)}, {decimals(free[1], 2)}), and the "
        f"penalty's ball round 0, which they touch at the solution "
        f"({decimals(state.w[0], 2)}, {decimals(state.w[1], 2)}). Shaded strips hold the "
        "least-squares points that make a coefficient exactly 0."
    )
    places = tuple(decimals(v, 2) for v in PLACES)
    own = [int(np.flatnonzero(v == PLACES)[0]) for v in free]
    stretch = np.linalg.eigvalsh(H)
    return Figure(
        title="When does the contour meet a corner?",
        pictures=(plot.picture(alt),),
        sliders=(
            Slider("across", f"least squares, {PAIR[0]}", places, own[0]),
            Slider("up", f"least squares, {PAIR[1]}", places, own[1]),
            Slider("alpha", "penalty strength α", tuple(f"{a:.2f}" for a in ALPHAS), 40),
            Slider("ratio", "l1_ratio r", tuple(f"{r:.2f}" for r in RATIOS), 20),
        ),
        buttons=(
            Button("lasso", "ratio", to=20),
            Button("Elastic Net", "ratio", to=10),
            Button("ridge", "ratio", to=0),
            Button("the data's own point", "across", to=own[0]),
        ),
        words=(words(state),),
        plays="alpha",
        data={
            "H": H.tolist(), "stretch": stretch.tolist(), "contours": CONTOURS, "names": PAIR,
            "far": FAR, "edge": NAMED, "own": own, "turned": number(-ellipses(H, state)[1]),
            "origin": [plot.x(0), plot.y(0)], "scale": scale(plot),
        },
    )  # fmt: skip
