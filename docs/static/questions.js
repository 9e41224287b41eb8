// Questions are answered on the page: a choice is a button, and says why it is right or wrong.
// What was answered stays in this browser; without scripts the answers are folded below their questions.

const KEY = "deep-cnn: answers"; // page -> name of a question -> the answer given last
const NUMBER = /^([-−]?\d[\d,]*(?:\.\d+)?)(?: ?%| [^\W\d].*)?$/;

function answers() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {}; // storage may be forbidden
  }
}

function keep(page, name, answer) {
  const all = answers();
  all[page] = { ...all[page], [name]: answer };
  write(all);
}

function forget(page) {
  const all = answers();
  delete all[page];
  write(all);
}

function write(all) {
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // Then it lasts as long as the page.
  }
}

function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// "**b.** Because ...": the letter or number that a paragraph or an item begins with, and the rest.
function labelOf(element) {
  const bold = element?.querySelector("strong");
  const isFirst = bold && element.textContent.trim().startsWith(bold.textContent);
  return isFirst ? bold.textContent.replace(/\.$/, "") : "";
}

function withoutLabel(element) {
  const copy = element.cloneNode(true);
  if (labelOf(copy)) copy.querySelector("strong").remove();
  return copy;
}

function numberOf(text) {
  const found = text.trim().match(NUMBER);
  return found ? Number(found[1].replaceAll(",", "").replace("−", "-")) : NaN;
}

// What the page says about a question: the right answer, why, and why others are wrong.
function read(question) {
  const fold = question.querySelector(":scope > details");
  const [first, ...rest] = [...fold.children].filter((one) => one.tagName !== "SUMMARY");
  const list = rest.find((one) => one.tagName === "UL");
  const why = [first, ...rest.slice(0, list ? rest.indexOf(list) : rest.length)];
  return {
    fold,
    answer: labelOf(first),
    why: why.map((one, index) => (index ? one.cloneNode(true) : withoutLabel(one))),
    reasons: [...(list?.children ?? [])].map((item) => [labelOf(item), item]),
    choices: [...question.querySelectorAll(":scope > ul > li")].filter((item) => /^[a-d]$/.test(labelOf(item))),
  };
}

function offer(question, page, changed) {
  const name = question.dataset.question;
  const told = read(question);
  const say = make("div", { className: "feedback" });
  say.setAttribute("role", "status");
  told.fold.before(say);
  const given = answers()[page]?.[name];
  const answered = (answer) => {
    keep(page, name, answer);
    changed();
  };
  if (told.choices.length) offerChoices(told, say, given, answered);
  else if (!Number.isNaN(numberOf(told.answer))) offerNumber(told, say, given, answered);
  else told.fold.addEventListener("toggle", () => told.fold.open && answered("opened"));
}

function judge({ why, reasons }, say, isRight, isReasonFor) {
  const reason = reasons.find(([label]) => isReasonFor(label))?.[1];
  const body = isRight ? why.map((one) => one.cloneNode(true)) : reason ? [...withoutLabel(reason).childNodes] : [];
  const word = make("strong", { textContent: isRight ? "Right." : "Not so." });
  say.className = `feedback ${isRight ? "right" : "wrong"}`;
  say.replaceChildren(make("p", {}, word), ...body);
}

function offerChoices(told, say, given, answered) {
  const buttons = told.choices.map((item) => {
    const letter = labelOf(item);
    const parts = item.children.length === 1 && item.firstElementChild.tagName === "P" ? item.firstElementChild : item;
    const button = make("button", { type: "button", className: "choice" }, ...parts.childNodes);
    item.replaceChildren(button);
    button.onclick = () => {
      choose(letter);
      answered(letter);
    };
    return [letter, button];
  });
  const choose = (chosen) => {
    const isRight = chosen === told.answer;
    for (const [letter, button] of buttons) {
      button.setAttribute("aria-pressed", letter === chosen);
      button.classList.toggle("right", letter === chosen && isRight);
      button.classList.toggle("wrong", letter === chosen && !isRight);
    }
    judge(told, say, isRight, (label) => label === chosen);
  };
  if (buttons.some(([letter]) => letter === given)) choose(given);
}

function offerNumber(told, say, given, answered) {
  const field = make("input", { type: "text", inputMode: "decimal", size: 10, autocomplete: "off" });
  const label = make("label", {}, "Your number ", field);
  const form = make("form", { className: "number" }, label, make("button", { textContent: "Check" }));
  say.before(form);
  const check = () => {
    const number = numberOf(field.value);
    judge(told, say, number === numberOf(told.answer), (wrong) => numberOf(wrong) === number);
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    if (Number.isNaN(numberOf(field.value))) {
      say.className = "feedback";
      say.textContent = "Type a number, such as 12 or 0.5.";
      return;
    }
    check();
    answered(field.value);
  };
  if (given) {
    field.value = given;
    check();
  }
}

// How many questions of each chapter are answered; on its own page also a way to begin again.
function count(place, isHome) {
  const { page, questions: total } = place.dataset;
  const done = Math.min(Object.keys(answers()[page] ?? {}).length, Number(total));
  place.hidden = isHome && !done;
  place.textContent = `${done} of ${total} questions answered`;
  if (isHome || !done) return;
  const again = make("button", { type: "button", textContent: "Forget my answers" });
  again.onclick = () => {
    forget(page);
    location.reload();
  };
  place.append(" ", again);
}

const places = document.querySelectorAll(".answered");
const home = document.querySelector("ol.chapters");
const refresh = () => places.forEach((place) => count(place, Boolean(home)));
refresh();
if (!home && places.length) {
  for (const question of document.querySelectorAll(".question")) offer(question, places[0].dataset.page, refresh);
}
