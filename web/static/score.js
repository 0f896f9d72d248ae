// The self-test counts which option of each question was opened first; the browser remembers it.
{
  const KEY = "self-test";
  const questions = [...document.querySelectorAll(".question.choice")];
  const read = () => {
    try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; }
  };
  let first = read();  // by the number of the question: was it right?

  const score = Object.assign(document.createElement("p"), {className: "score"});
  score.setAttribute("aria-live", "polite");
  const count = score.appendChild(document.createElement("span"));
  const again = score.appendChild(Object.assign(document.createElement("button"), {type: "button", textContent: "Start again"}));
  questions[0]?.before(score);

  const say = () => {
    const answered = Object.values(first), right = answered.filter(Boolean).length;
    count.textContent = answered.length
      ? `Answered: ${answered.length} of ${questions.length} questions with options. Right at the first try: ${right}. `
      : `The first option that you open counts, in each of the ${questions.length} questions with options. `;
    again.hidden = !answered.length;
  };
  const keep = () => {
    try { localStorage.setItem(KEY, JSON.stringify(first)); } catch { /* it counts until the page is left */ }
    say();
  };

  questions.forEach(question => {
    const number = question.querySelector(".admonition-title").textContent.split("·")[0].trim();
    question.querySelectorAll("details.option").forEach(option => option.addEventListener("toggle", () => {
      if (!option.open || number in first) return;
      first[number] = option.classList.contains("right");
      keep();
    }));
  });
  again.addEventListener("click", () => {
    first = {};
    document.querySelectorAll("details.option[open]").forEach(option => { option.open = false; });
    keep();
  });
  say();
}
