/* Moves the figures of a page. Every frame was computed when the book was built: a slider only
   chooses one. A figure's own script hears the event "move", and finds the same functions as
   properties of its <figure>. */
"use strict";

function startFigure(figure) {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const part = (name) => document.getElementById(`${data.name}-${name}`);
  const sliders = data.sliders.map(({ name }) => part(name));

  const change = (name, what, value) => {
    if (what === "text") part(name).textContent = value;
    else part(name).setAttribute(what, value);
  };

  const show = () => {
    const values = sliders.map((slider) => slider.valueAsNumber);
    let frame = 0;
    data.sliders.forEach(({ name, texts }, k) => {
      frame = frame * texts.length + values[k];
      change(name, "aria-valuetext", texts[values[k]]);
      change(`${name}-text`, "text", texts[values[k]]);
    });
    if (data.words.length > 1) {
      for (const [name, what, states] of data.changes) change(name, what, states[frame]);
      change("words", "text", data.words[frame]);
    }
    figure.dispatchEvent(new CustomEvent("move", { detail: { values, frame } }));
  };

  const set = (name, value) => {
    const slider = part(name);
    const old = slider.value;
    slider.value = value; // which keeps it within its bounds
    if (slider.value !== old) show();
  };

  const startButton = (button, { slider, to, by }) => {
    button.addEventListener("click", () => set(slider, to ?? part(slider).valueAsNumber + by));
  };

  const startDrag = ({ picture, slider, at }) => {
    const svg = part(picture);
    const follow = (event) => {
      if (!event.buttons) return;
      const x = new DOMPoint(event.clientX, event.clientY).matrixTransform(
        svg.getScreenCTM().inverse(),
      ).x;
      const far = at.map((place) => Math.abs(place - x));
      set(slider, far.indexOf(Math.min(...far)));
    };
    svg.classList.add("moving-drag");
    svg.addEventListener("pointerdown", (event) => {
      svg.setPointerCapture(event.pointerId);
      follow(event);
    });
    svg.addEventListener("pointermove", follow);
  };

  sliders.forEach((slider) => slider.addEventListener("input", show));
  figure.querySelectorAll(".moving-controls button").forEach((button, k) => {
    startButton(button, data.buttons[k]);
  });
  data.drags.forEach(startDrag);
  Object.assign(figure, { data: data.data, change, set });
  figure.querySelector(".moving-controls").disabled = false;
}

document.querySelectorAll("figure.moving").forEach(startFigure);
