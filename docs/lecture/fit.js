// Words of a slide are as large as its page allows: what is shown to a hall is read from its last row.

// In pixels of 720. Words stay below the heading's 44; a printed line alone may be as large.
const SIZES = [44, 40, 36, 34, 32, 30, 28, 26, 24];
const LARGEST_WORDS = 36;
const PHONE = 435; // pixels of the screen, below which reveal.js shows all slides
const LOWEST = 688; // of 720 pixels; below is the foot

function fits(page) {
  const end = (part) => part.offsetTop + part.offsetHeight;
  const parts = [...page.children].flatMap((part) => (part.offsetParent ? [part] : [...part.children]));
  if (parts.some((part) => end(part) > LOWEST)) return false;
  const boxes = [...page.querySelectorAll(".words, .output, .code, pre")];
  return boxes.every((box) => box.scrollWidth <= box.clientWidth + 1);
}

// A line of code or output is broken only where letters would be too small otherwise.
function fit(page) {
  const largest = page.querySelector(".words") ? LARGEST_WORDS : SIZES[0];
  for (const wraps of [false, true]) {
    page.classList.toggle("wraps", wraps);
    for (const size of SIZES.filter((one) => one <= largest)) {
      page.style.setProperty("--size", `${size}px`);
      if (fits(page)) return;
    }
  }
}

// On paper and on a phone all slides are seen: none is hidden from a screen reader either.
function unhideAll() {
  for (const page of document.querySelectorAll(".page")) {
    page.parentElement.hidden = false;
    page.parentElement.removeAttribute("aria-hidden");
  }
}

function showAll() {
  unhideAll();
  document.querySelectorAll(".page").forEach(fit);
}

function fitCurrent() {
  fit(Reveal.getCurrentSlide().querySelector(".page"));
}

// On a phone all slides stand below each other, where nothing is clicked on: an answer waits for a touch.
function coverAnswers() {
  for (const fragment of document.querySelectorAll(".fragment")) fragment.classList.remove("fragment");
  for (const answer of document.querySelectorAll(".answer")) {
    const button = document.createElement("button");
    button.textContent = "Show the answer";
    button.addEventListener("click", () => {
      button.replaceWith(answer);
      fit(answer.closest(".page"));
    });
    answer.replaceWith(button);
  }
}

// reveal.js forgets on a phone which slide the address names.
function goTo(hash) {
  const [, h, v = 0] = hash.match(/^#\/(\d+)(?:\/(\d+))?/) ?? [];
  for (const slide of document.querySelectorAll(".scroll-page section")) {
    const place = Reveal.getIndices(slide);
    if (place.h === Number(h) && place.v === Number(v)) slide.closest(".scroll-page").scrollIntoView();
  }
}

// Pictures have no size before they are loaded.
const drawn = new Promise((resolve) => addEventListener("load", resolve));
const asked = location.hash;
const isPrinted = /print-pdf|view=print/.test(location.search);
if (innerWidth < PHONE && !isPrinted) coverAnswers();

Reveal.on("slidechanged", () => (Reveal.isScrollView() ? unhideAll() : fitCurrent()));
Reveal.on("ready", async () => {
  await drawn;
  if (!Reveal.isScrollView()) return fitCurrent();
  showAll();
  goTo(asked);
});
Reveal.on("pdf-ready", async () => {
  await drawn;
  showAll();
  document.body.dataset.printed = "ready";
});

Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0,
  minScale: 0.1,
  center: false,
  hash: true,
  slideNumber: "c/t",
  scrollActivationWidth: PHONE,
  scrollLayout: "compact",
  scrollSnap: false,
  transition: "none",
  pdfSeparateFragments: false,
  plugins: [RevealNotes],
});
