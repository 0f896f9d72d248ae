// What is wider than its column.
{
  // A displayed formula: its number goes below; if that is not enough, it is set smaller; what is
  // then still too wide scrolls.
  const LEAST = 0.72;  // of its size: what is smaller is hard to read
  const widths = new WeakMap();

  const fit = box => {
    const formula = box.querySelector(":scope > mjx-container");
    if (!formula || widths.get(box) === box.clientWidth) return;
    widths.set(box, box.clientWidth);
    const over = () => formula.scrollWidth > formula.clientWidth;
    box.style.fontSize = "";
    box.classList.remove("wide");
    if (over() && box.querySelector(".eqno")) box.classList.add("wide");
    if (over()) {
      const share = 0.99 * formula.clientWidth / formula.scrollWidth;
      box.style.fontSize = `${Math.max(LEAST, share)}em`;
    }
  };

  // Whatever scrolls sideways shows on which side there is more.
  const SCROLLS = "mjx-container[display], pre, .pst-scrollable-table-container, p:has(mjx-container):not(table p)";

  const edge = box => {
    const left = box.scrollLeft > 1;
    const right = box.scrollLeft + box.clientWidth < box.scrollWidth - 1;
    box.classList.toggle("more", left || right);
    box.classList.toggle("left", left);
    box.classList.toggle("right", right);
  };

  // Told of each box when it is first laid out, and whenever its size changes.
  const boxes = new ResizeObserver(seen => seen.forEach(({target}) => fit(target)));
  const edges = new ResizeObserver(seen => seen.forEach(({target}) => edge(target)));
  const watch = () => {
    document.querySelectorAll(".bd-article div.math").forEach(box => boxes.observe(box));
    document.querySelectorAll(`.bd-article :is(${SCROLLS})`).forEach(box => edges.observe(box));
  };
  document.addEventListener("scroll", ({target}) => {
    if (target.matches?.(`.bd-article :is(${SCROLLS})`)) edge(target);
  }, {capture: true, passive: true});

  watch();
  if (window.MathJax?.startup?.promise) MathJax.startup.promise.then(watch);
  else if (window.MathJax)
    MathJax.startup = {pageReady: () => MathJax.startup.defaultPageReady().then(watch)};
}
