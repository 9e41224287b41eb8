// What a word of the glossary means is shown beside it: under a pointer, on focus, or after a touch.
// The meanings are those of the glossary's page, loaded when the first is asked for.

const WAIT = 200; // milliseconds: a pointer that passes by asks for nothing
const words = document.querySelectorAll("article a[href*='glossary.html#']");
const card = document.createElement("div");
let glossary = null; // a promise of the page
let shown = null; // the word whose card is open
let timer = 0;

async function meaningOf(word) {
  const url = new URL(word.href);
  glossary ??= fetch(url.pathname)
    .then((answer) => answer.text())
    .then((text) => new DOMParser().parseFromString(text, "text/html"));
  const place = (await glossary).getElementById(decodeURIComponent(url.hash.slice(1)));
  const title = place.querySelector("h1, h2, h3, h4");
  const text = [...place.querySelectorAll("p")].map((one) => withoutChapters(one).textContent.trim()).join(" ");
  return { term: title.firstChild.textContent, text };
}

// The card holds words alone: its links could not be reached with the keyboard.
function withoutChapters(paragraph) {
  const copy = paragraph.cloneNode(true);
  copy.querySelectorAll("a").forEach((link) => link.remove());
  copy.textContent = copy.textContent.replace(/[\s,]+$/, "");
  return copy;
}

async function show(word) {
  let found;
  try {
    found = await meaningOf(word);
  } catch {
    return; // opened as a file, a page reads no other: the link still leads there
  }
  hide();
  shown = word;
  const name = document.createElement("b");
  name.textContent = found.term;
  card.replaceChildren(name, ` ${found.text}`);
  card.hidden = false;
  word.setAttribute("aria-describedby", card.id);
  put(word);
}

// Below the word, or above it where there is no room; always within the window.
function put(word) {
  const box = word.getClientRects()[0];
  const left = Math.min(box.left, document.documentElement.clientWidth - card.offsetWidth - 8);
  const hasRoom = box.bottom + card.offsetHeight + 8 < innerHeight;
  card.style.left = `${scrollX + Math.max(8, left)}px`;
  card.style.top = `${scrollY + (hasRoom ? box.bottom : box.top - card.offsetHeight)}px`;
}

function hide() {
  clearTimeout(timer);
  shown?.removeAttribute("aria-describedby");
  shown = null;
  card.hidden = true;
}

function soon(action) {
  clearTimeout(timer);
  timer = setTimeout(action, WAIT);
}

if (words.length) {
  Object.assign(card, { id: "word-card", className: "word-card", hidden: true });
  card.setAttribute("role", "tooltip");
  document.body.append(card);
  card.onpointerenter = () => clearTimeout(timer);
  card.onpointerleave = () => soon(hide);
  addEventListener("keydown", (event) => event.key === "Escape" && hide());
  addEventListener("pointerdown", (event) => !event.target.closest?.("#word-card, a") && hide());
}
for (const word of words) {
  let kind = "mouse";
  word.onpointerdown = (event) => (kind = event.pointerType);
  word.onpointerenter = (event) => event.pointerType === "mouse" && soon(() => show(word));
  word.onpointerleave = (event) => event.pointerType === "mouse" && soon(hide);
  word.onfocus = () => kind === "mouse" && show(word);
  word.onblur = () => soon(hide);
  word.onclick = (event) => {
    // The first touch shows the card, the second follows the link.
    if (kind !== "touch" || shown === word || location.protocol === "file:") return;
    event.preventDefault();
    show(word);
  };
}
