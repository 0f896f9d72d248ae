// The self-test counts which option of each question was opened first; the browser remembers it.
// In an exam (a class of the body) an option is marked instead, and the answers wait for the end.
{
  const KEY = "self-test";
  const questions = [...document.querySelectorAll(".question.choice")];
  const read = () => {
    try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; }
  };
  let first = read();  // by the number of the question: was it right? null: left out in an exam

  const score = Object.assign(document.createElement("p"), {className: "score"});
  score.setAttribute("aria-live", "polite");
  const count = score.appendChild(document.createElement("span"));
  const [again, exam] = ["Start again", ""].map(textContent =>
    score.appendChild(Object.assign(document.createElement("button"), {type: "button", textContent})));
  questions[0]?.before(score);

  const inExam = () => document.body.classList.contains("exam");
  const answers = () => document.querySelectorAll(".bd-article details.sd-dropdown");
  const number = question => question.querySelector(".admonition-title").textContent.split("·")[0].trim();
  const chosen = () => questions.map(question => question.querySelector(".chosen"));
  const say = () => {
    const answered = Object.values(first).filter(right => right !== null), right = answered.filter(Boolean).length;
    count.textContent = inExam()
      ? `Exam. Marked: ${chosen().filter(Boolean).length} of ${questions.length} questions with options. Write down the other answers. `
      : answered.length
      ? `Answered: ${answered.length} of ${questions.length} questions with options. Right at the first try: ${right}. `
      : `The first option that you open counts, in each of the ${questions.length} questions with options. `;
    again.hidden = inExam() || !Object.keys(first).length;
    exam.textContent = inExam() ? "Show the answers" : "Exam: answers at the end";
  };
  const keep = () => {
    try { localStorage.setItem(KEY, JSON.stringify(first)); } catch { /* it counts until the page is left */ }
    say();
  };
  const restart = () => {
    first = {};
    answers().forEach(answer => { answer.open = false; answer.classList.remove("chosen"); });
    keep();
  };

  questions.forEach(question => question.querySelectorAll("details.option").forEach(option => {
    option.addEventListener("toggle", () => {
      if (!option.open || number(question) in first) return;
      first[number(question)] = option.classList.contains("right");
      keep();
    });
    option.querySelector("summary").addEventListener("click", happened => {
      if (!inExam()) return;
      happened.preventDefault();
      question.querySelector(".chosen")?.classList.remove("chosen");
      option.classList.add("chosen");
      say();
    });
  }));
  again.addEventListener("click", restart);
  exam.addEventListener("click", () => {
    if (document.body.classList.toggle("exam")) return restart();
    chosen().forEach((option, i) => { first[number(questions[i])] = option?.classList.contains("right") ?? null; });
    answers().forEach(answer => { answer.open = true; });
    keep();
  });
  say();
}
