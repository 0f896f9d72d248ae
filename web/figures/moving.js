/* Moves the figures of a page. Every frame was computed when the book was built: a slider only
   chooses one. A figure's own script hears the event "move", and finds the same functions as
   properties of its <figure>. */
"use strict";

function startFigure(figure) {
  const data = window.movingFrames?.[figure.id.replace("moving-", "")];
  if (!data) return; // its frames have not arrived: it stays a picture
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

  const put = (name, value) => {
    const slider = part(name);
    const old = slider.value;
    slider.value = value; // which keeps it within its bounds
    if (slider.value !== old) show();
  };

  /* A figure that plays takes a slider to its end, position by position. Whoever moves a slider
     meanwhile ends that. The words are read out when it rests. */
  const PLAYED = 8000; // ms from one end to the other
  let playing;
  const stop = () => {
    if (!playing) return;
    clearInterval(playing);
    playing = undefined;
    figure.classList.remove("playing");
    figure.querySelector(".moving-play").textContent = "play";
    change("words", "aria-live", "polite");
    show();
  };
  const play = () => {
    const slider = part(data.plays);
    const last = Number(slider.max);
    if (slider.valueAsNumber === last) put(data.plays, 0);
    figure.classList.add("playing");
    figure.querySelector(".moving-play").textContent = "pause";
    change("words", "aria-live", "off");
    playing = setInterval(() => {
      put(data.plays, slider.valueAsNumber + 1);
      if (slider.valueAsNumber === last) stop();
    }, Math.round(PLAYED / last));
  };

  const set = (name, value) => {
    stop();
    put(name, value);
  };

  const startButton = (button, { slider, to, by }) => {
    button.addEventListener("click", () => set(slider, to ?? part(slider).valueAsNumber + by));
  };

  const startDrag = ({ picture, slider, at }) => {
    const svg = part(picture);
    const follow = (event) => {
      const x = new DOMPoint(event.clientX, event.clientY).matrixTransform(
        svg.getScreenCTM().inverse(),
      ).x;
      const far = at.map((place) => Math.abs(place - x));
      set(slider, far.indexOf(Math.min(...far)));
    };
    svg.classList.add("moving-drag");
    // A mouse holds the slider at once. A finger may want to scroll: it does when it moves sideways,
    // or when it taps.
    const SIDEWAYS = 8;
    let began, held;
    svg.addEventListener("pointerdown", (event) => {
      began = [event.clientX, event.clientY];
      held = event.pointerType !== "touch";
      svg.setPointerCapture(event.pointerId);
      if (held) follow(event);
    });
    svg.addEventListener("pointermove", (event) => {
      if (!event.buttons) return;
      const [across, down] = [event.clientX - began[0], event.clientY - began[1]].map(Math.abs);
      held ||= across > SIDEWAYS && across > down;
      if (held) follow(event);
    });
    svg.addEventListener("pointerup", (event) => {
      const far = Math.hypot(event.clientX - began[0], event.clientY - began[1]);
      if (held || far < SIDEWAYS) follow(event);
    });
  };

  sliders.forEach((slider) => {
    slider.addEventListener("input", () => {
      stop();
      show();
    });
  });
  figure.querySelector(".moving-play")?.addEventListener("click", () => (playing ? stop() : play()));
  figure.querySelectorAll(".moving-buttons button:not(.moving-play)").forEach((button, k) => {
    startButton(button, data.buttons[k]);
  });
  data.drags.forEach(startDrag);
  Object.assign(figure, { data: data.data, change, set });
  figure.querySelector(".moving-controls").disabled = false;
}

document.querySelectorAll("figure.moving").forEach(startFigure);
