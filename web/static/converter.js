/* The λ converter: to this book's l1 and l2, and from there to every other library, as
   regkit.conventions does it. */

const form = document.getElementById("converter");
const rows = JSON.parse(form.querySelector("script").textContent);
const [numbers, wrong, words] = [".numbers", ".wrong", ".words"].map((s) => form.querySelector(s));
const formulas = form.querySelectorAll(".formula");
const calls = form.querySelectorAll(".calls tr");
const PLAIN = /^[+]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

class Wrong extends Error {}

function read(name, low, high = Infinity) {
  const input = form.elements[name];
  const text = input.value.trim().replace(",", ".");
  const value = PLAIN.test(text) ? Number(text) : NaN;
  const right = (low === "above 0" ? value > 0 : value >= 0) && value <= high && value < Infinity;
  input.setAttribute("aria-invalid", String(!right));
  const allowed = high === 1 ? "from 0 to 1" : low === "above 0" ? "above 0" : "of at least 0";
  if (!right) throw new Wrong(`${label(name)} must be a number ${allowed}; it is "${input.value}".`);
  return value;
}

const label = (name) => ({ S: "n", sd_y: "the sd of y" })[name] ?? name.replace("_", " ").trim();

const show = (value) => (value === Infinity ? "np.inf" : String(Number(value.toPrecision(10))));

/* What a part's number is multiplied by to become this book's: its factor over figures of the data. */
function factor(part, figures) {
  return part ? part[1].reduce((value, name) => value / figures[name], part[0]) : 0;
}

function toBook(row, value, figures) {
  const [c1, c2] = [factor(row.l1, figures), factor(row.l2, figures)];
  if (!("ratio" in value)) return [c1 * (value.l1 ?? 0), c2 * (value.l2 ?? 0)];
  const strength = value.strength ?? 1 / value.inverse;
  return [strength * c1 * value.ratio, strength * c2 * (1 - value.ratio)];
}

/* The numbers of a row by their roles, or why it has none. */
function fromBook(row, [l1, l2], figures, ratioOfNothing) {
  if (!row.l1 && l1 > 0) return "has no L1 part";
  if (!row.l2 && l2 > 0) return "has no L2 part";
  if (row.needs_l1 && l1 === 0) return "needs an L1 part";
  const one = row.l1 ? l1 / factor(row.l1, figures) : 0;
  const two = row.l2 ? l2 / factor(row.l2, figures) : 0;
  const strength = one + two;
  const ratio = strength ? one / strength : ratioOfNothing;
  return { l1: one, l2: two, strength, ratio, inverse: 1 / strength };
}

function typed(row, found) {
  if (typeof found === "string") return found;
  return row.call.replace(/\{(\w+)\}/g, (_, name) => show(found[row.parameters[name]]));
}

/* What is minimised, on the library's own scale. */
function said(row, value, [l1, l2], figures) {
  const own = row.size[1].reduce((size, name) => size * figures[name], row.size[0]);
  const scale = own * (value.inverse ?? 1);
  const terms = [row.data.replace("C times", `${show(value.inverse ?? 1)} times`)];
  if (row.l1) terms.push(`${show(l1 * scale)} · Σ|w|`);
  if (row.l2) terms.push(`${show((l2 * scale) / 2)} · Σw²`);
  const alpha = l1 + l2;
  const ours = `alpha = ${show(alpha)}` + (alpha ? `, l1_ratio = ${show(l1 / alpha)}` : "");
  return `It minimises ${terms.join(" + ")}. The intercept: ${row.intercept}. In this book: ${ours}.`;
}

function convert() {
  const row = rows[form.elements.row.selectedIndex];
  formulas.forEach((formula, k) => formula.classList.toggle("shown", rows[k] === row));
  try {
    const figures = { S: read("S", "above 0"), sd_y: read("sd_y", "above 0") };
    const value = {};
    for (const [name, role] of Object.entries(row.parameters))
      value[role] = read(name, role === "inverse" ? "above 0" : "0", role === "ratio" ? 1 : Infinity);
    const book = toBook(row, value, figures);
    calls.forEach((line, k) => {
      line.hidden = rows[k] === row || rows[k].loss !== row.loss;
      const found = fromBook(rows[k], book, figures, value.ratio ?? 0);
      line.classList.toggle("none", typeof found === "string");
      line.querySelector("code").textContent = typed(rows[k], found);
    });
    words.textContent = said(row, value, book, figures);
    wrong.textContent = "";
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    wrong.textContent = error.message;
    words.textContent = "";
    for (const line of calls) line.querySelector("code").textContent = "–";
  }
}

/* The fields of the chosen library; a number that an old field of the same name held stays. */
function choose() {
  const old = Object.fromEntries([...numbers.querySelectorAll("input")].map((i) => [i.name, i.value]));
  const row = rows[form.elements.row.selectedIndex];
  numbers.replaceChildren(...Object.entries(row.parameters).map(([name, role]) => {
    const input = Object.assign(document.createElement("input"), {
      name, type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false,
      value: role === "ratio" ? "0.5" : (old[name] ?? "0.1"),
    });
    const field = document.createElement("label");
    field.append(`${name.replace(/_$/, "")} `, input);
    return field;
  }));
  convert();
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", (event) => (event.target.name === "row" ? choose() : convert()));
form.querySelector("fieldset").disabled = false;
convert();
