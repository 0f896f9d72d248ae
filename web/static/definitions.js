// What a term means, shown below it while the pointer or the focus is on its link; Escape hides it.
{
  const MARGIN = 12;  // pixels to the edge of the window
  const box = Object.assign(document.createElement("div"), {id: "definition", role: "tooltip", hidden: true});
  let glossary, shown;  // the page, asked for when it is first needed; the link whose term it is

  const entry = async ({href, hash}) => {
    glossary ??= fetch(href).then(reply => reply.text())
      .then(text => new DOMParser().parseFromString(text, "text/html"));
    return (await glossary).getElementById(decodeURIComponent(hash.slice(1)))?.querySelector("dd");
  };

  const place = link => {
    const line = [...link.getClientRects()].at(-1);
    const right = document.documentElement.clientWidth - box.offsetWidth - MARGIN;
    box.style.left = `${Math.max(MARGIN, Math.min(line.left, right)) + scrollX}px`;
    box.style.top = `${line.bottom + scrollY}px`;
  };

  const show = async link => {
    if (shown === link) return;
    hide();
    shown = link;
    const meaning = await entry(link).catch(() => null);  // the link itself still leads there
    if (!meaning || shown !== link) return;
    box.replaceChildren(...meaning.cloneNode(true).childNodes);
    document.body.append(box);
    box.hidden = false;
    link.setAttribute("aria-describedby", box.id);
    place(link);
    await window.MathJax?.typesetPromise?.([box]);
    if (shown === link) place(link);
  };

  const hide = () => {
    shown?.removeAttribute("aria-describedby");
    shown = undefined;
    box.hidden = true;
  };

  const term = ({target}) => target.closest?.("a.term");
  for (const event of ["pointerover", "focusin"])
    document.addEventListener(event, happened => {
      if (happened.pointerType === "touch") return;  // whose finger follows the link
      if (term(happened)) show(term(happened));
      else if (!box.contains(happened.target)) hide();
    });
  document.addEventListener("keydown", ({key}) => key === "Escape" && hide());
}
