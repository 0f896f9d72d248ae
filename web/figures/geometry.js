/* Chapter 2's plane of two coefficients: solves the Elastic Net for every place to which the
   least-squares point is moved, and draws it. The same as geometry.py, which is checked against. */
"use strict";

{
  const figure = document.getElementById("moving-geometry");
  const { data, change, set } = figure;
  const { H, stretch, contours, names, far, edge, own, turned, origin, scale } = data;
  // not figure.part, which the DOM has a use of its own for
  const part = (name) => document.getElementById(`geometry-${name}`);

  const times = (A, v) => A.map((row) => row[0] * v[0] + row[1] * v[1]);
  const solved = (A, v) => {
    const det = A[0][0] * A[1][1] - A[0][1] * A[1][0];
    return [(A[1][1] * v[0] - A[0][1] * v[1]) / det, (A[0][0] * v[1] - A[1][0] * v[0]) / det];
  };

  /* The minimiser of ½ (w − free)ᵀ H (w − free) + l1 ‖w‖₁ + ½ l2 ‖w‖². There are nine patterns of
     signs. If one is right, w solves linear equations; and if that w has these signs, and at its
     zeros the pull is at most l1, it is the minimiser: there is only one. At a tie there are two
     names for it, and the one with more zeros comes first. */
  const solve = (free, l1, l2) => {
    const c = times(H, free);
    const holds = (pull) => Math.abs(pull) <= l1 + 1e-12;
    if (holds(c[0]) && holds(c[1])) return [0, 0];
    for (const k of [0, 1]) {
      const t = (c[k] - Math.sign(c[k]) * l1) / (H[k][k] + l2);
      if (!holds(c[k]) && holds(c[1 - k] - H[0][1] * t)) return k ? [0, t] : [t, 0];
    }
    const A = [[H[0][0] + l2, H[0][1]], [H[1][0], H[1][1] + l2]];
    for (const signs of [[1, 1], [1, -1], [-1, 1], [-1, -1]]) {
      const w = solved(A, [c[0] - l1 * signs[0], c[1] - l1 * signs[1]]);
      if (w[0] * signs[0] > 0 && w[1] * signs[1] > 0) return w;
    }
  };

  const at = (v) => [origin[0] + scale * v[0], origin[1] - scale * v[1]].map((x) => x.toFixed(2));
  const read = (x) => (x === 0 ? "0" : x.toFixed(2).replace(/^-(?=0\.00$)/, "").replace("-", "−"));

  const ball = (w, ratio) => {
    const [u, v] = w.map(Math.abs);
    const size = ratio * (u + v) + ((1 - ratio) / 2) * (u * u + v * v);
    const a = size && (2 * size) / (ratio + Math.sqrt(ratio ** 2 + 2 * (1 - ratio) * size));
    const k = ratio < 1 ? ratio / (1 - ratio) : 0;
    const radius = (ratio < 1 ? scale * Math.hypot(a + k, k) : 0).toFixed(2);
    const arcs = [[0, a], [-a, 0], [0, -a], [a, 0]].map(
      (end) => `A${radius} ${radius} 0 0 0 ${at(end).join(" ")}`,
    );
    return `M${at([a, 0]).join(" ")}${arcs.join("")}Z`;
  };

  const zone = (l1, l2, k) => {
    const side = l1 + (H[1 - k][1 - k] + l2) * far;
    const lift = H[0][1] * far;
    const half = [[side, lift + l1], [side, lift - l1], [l1, -l1], [-l1, -l1]];
    const points = [...half, ...half.map(([a, b]) => [-a, -b])];
    const path = points.map(([a, b]) => at(solved(H, k ? [a, b] : [b, a])).join(" "));
    return `M${path.join("L")}Z`;
  };

  /* Where a strip's name stands: on its middle line, near the edge of the picture. */
  const named = (l1, l2, k) => {
    const o = 1 - k;
    const start = solved(H, k ? [l1, 0] : [0, l1]);
    const along = solved(H, k ? [H[0][0] + l2, H[0][1]] : [H[0][1], H[1][1] + l2]);
    const t = (edge - start[o]) / along[o];
    const point = [start[0] + t * along[0], start[1] + t * along[1]];
    const visible = t > 0 && Math.abs(point[k]) < edge;
    change(`zone-${k}-name`, "visibility", visible ? "visible" : "hidden");
    if (visible) change(`zone-${k}-name`, "transform", `translate(${at(point).join(" ")})`);
  };

  /* The objective with its numbers; the loss counts from its least value. */
  const objective = (free, alpha, ratio, w) => {
    const apart = [free[0] - w[0], free[1] - w[1]];
    const drop = times(H, apart);
    const l1 = Math.abs(w[0]) + Math.abs(w[1]);
    const l2 = w[0] * w[0] + w[1] * w[1];
    const loss = (drop[0] * apart[0] + drop[1] * apart[1]) / 2;
    const whole = loss + alpha * (ratio * l1 + ((1 - ratio) / 2) * l2);
    const [a, b, c, d, e, f, g] = [loss, alpha, ratio, l1, 1 - ratio, l2, whole].map((x) =>
      x.toFixed(2).replace(/^-0\.00$/, "0.00"),
    );
    return (
      `loss above its least + α (r Σ|w| + ½ (1 − r) Σw²) = ${a} + ${b} (` +
      `${c} · ${d} + ½ · ${e} · ${f}) = ${g}`
    );
  };

  const said = (free, alpha, ratio, w) => {
    const values = w.map((v, k) => `${names[k]} = ${read(v)}`);
    if (alpha === 0) {
      return `No penalty: the solution is least squares itself, ${values[0]} and ${values[1]}.`;
    }
    const pull = times(H, [free[0] - w[0], free[1] - w[1]]).map((v) => read(Math.abs(v)));
    const hold = read(alpha * ratio);
    if (w[0] === 0 && w[1] === 0) {
      return (
        `Both coefficients are exactly 0. The loss pulls at ${names[0]} with ${pull[0]} and at ` +
        `${names[1]} with ${pull[1]}; the penalty holds each with up to ${hold}.`
      );
    }
    const k = w.indexOf(0);
    if (k >= 0) {
      return (
        `The contour meets the ball in a corner: ${values[1 - k]}, and ${names[k]} = 0 exactly. ` +
        `There the loss pulls at ${names[k]} with ${pull[k]}, and the penalty holds it with up ` +
        `to ${hold}.`
      );
    }
    const place = { 0: "the ball, which has no corner", 1: "a straight edge of the ball" };
    const where = place[ratio] ?? "a curved edge of the ball";
    return `The contour meets ${where}: ${values[0]} and ${values[1]}. Neither is 0.`;
  };

  // The words keep the room of the longest of them, so that nothing below them jumps.
  const [free, w] = [[0, -1], [0, -0.5]];
  figure.querySelector(".moving-words").dataset.longest =
    `${objective(free, 1, 1, w)}\n${said(free, 1, 1, w)}`;

  const mark = (name, point, above) => {
    const place = `translate(${at(point).join(" ")})`;
    const anchor = point[0] > 0.6 ? "end" : point[0] < -0.6 ? "start" : "middle";
    change(name, "transform", place);
    change(`${name}-name`, "transform", place);
    change(`${name}-name`, "text-anchor", anchor);
    change(`${name}-name`, "dy", above ? -12 : 20);
    return place;
  };

  figure.addEventListener("move", ({ detail: { values } }) => {
    const free = [values[0] / 100 - 1, values[1] / 100 - 1].map((v) => Math.round(v * 100) / 100);
    const [alpha, ratio] = [values[2] / 100, values[3] / 20];
    const [l1, l2] = [alpha * ratio, alpha * (1 - ratio)];
    const w = alpha ? solve(free, l1, l2) : free;
    const apart = [w[0] - free[0], w[1] - free[1]];
    const drop = times(H, apart);
    const height = (apart[0] * drop[0] + apart[1] * drop[1]) / 2;
    const place = mark("free", free, free[1] >= w[1]);
    mark("solution", w, free[1] < w[1]);
    change("handle", "transform", place);
    contours.forEach((share, k) => {
      const [rx, ry] = stretch.map((s) => (scale * Math.sqrt((2 * share * height) / s)).toFixed(2));
      change(`contour-${k}`, "rx", rx);
      change(`contour-${k}`, "ry", ry);
      change(`contour-${k}`, "transform", `${place} rotate(${turned})`);
    });
    for (const name of ["ball", "rim"]) change(name, "d", ball(w, ratio));
    for (const k of [0, 1]) {
      change(`zone-${k}`, "d", zone(l1, l2, k));
      named(l1, l2, k);
    }
    change("words", "text", `${objective(free, alpha, ratio, w)}\n${said(free, alpha, ratio, w)}`);
  });

  /* Only the point itself is taken hold of: elsewhere a finger scrolls the page. */
  const handle = part("handle");
  const follow = (event) => {
    if (!event.buttons) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(
      part("plane").getScreenCTM().inverse(),
    );
    set("across", Math.round(100 + (100 * (x - origin[0])) / scale));
    set("up", Math.round(100 + (100 * (origin[1] - y)) / scale));
  };
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
  handle.addEventListener("pointermove", follow);
  handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  const buttons = [...figure.querySelectorAll("button:not(.moving-play)")];
  buttons.at(-1).addEventListener("click", () => set("up", own[1]));

  /* Where the point gives an exact zero is shown to those who ask. */
  const shade = buttons[0].cloneNode();
  const press = (on) => {
    figure.classList.toggle("shaded", on);
    shade.setAttribute("aria-pressed", on);
  };
  shade.textContent = "shade the zeros";
  shade.addEventListener("click", () => press(!figure.classList.contains("shaded")));
  buttons.at(-1).after(shade);
  press(false);
}
