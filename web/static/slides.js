/* Keys for slides, which lie one above the other: the browser scrolls, and each stays where it is. */
"use strict";

const slides = [...document.querySelectorAll(".slide")];
const AHEAD = ["ArrowRight", "ArrowDown", "PageDown", " ", "Enter", "n"];
const BACK = ["ArrowLeft", "ArrowUp", "PageUp", "Backspace", "p"];

function current() {
  const middle = innerHeight / 2;
  return Math.max(0, slides.findLastIndex((slide) => slide.getBoundingClientRect().top < middle));
}

function go(to) {
  const slide = slides[Math.min(Math.max(to, 0), slides.length - 1)];
  slide.scrollIntoView({ behavior: "instant", block: "center" });
  history.replaceState(null, "", `#${slide.id}`);
}

function tell(slide, is) {
  slide.querySelector(".told")?.classList.toggle("open", is);
}

function ahead() {
  const slide = slides[current()];
  if (slide.querySelector(".told:not(.open)")) tell(slide, true);
  else go(current() + 1);
}

function turn() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { key } = event;
  if (key === "Escape") document.activeElement.blur();
  // A slider, a button or a link that has the focus keeps the keys that move or press it.
  const busy = event.target.closest("input, button, a, mjx-container");
  if (busy && !key.startsWith("Page")) return;
  const back = BACK.includes(key) || (key === " " && event.shiftKey);
  if (back) go(current() - 1);
  else if (AHEAD.includes(key)) ahead();
  else if (key === "Home") go(0);
  else if (key === "End") go(slides.length - 1);
  else if (key === "d") turn();
  else return;
  event.preventDefault();
});

// Whoever has moved a slider by hand goes on with the keys, and these mean the slides again.
addEventListener("click", (event) => {
  if (event.detail) document.activeElement.blur();
});

for (const slide of slides) {
  slide.querySelector(".told > button")?.addEventListener("click", () => tell(slide, true));
}

addEventListener("scrollend", () => history.replaceState(null, "", `#${slides[current()].id}`));
