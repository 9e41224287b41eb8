// Letters and pictures of a slide grow until they fill it: what is shown to a hall is read from its last row.
// A slide that goes on under no heading of its own names its section at its foot.

const SIZES = [1.4, 1.3, 1.2, 1.1, 1, 0.95, 0.9];
const LOWEST = 692; // of 720 pixels; below is the foot
const BOXES = "pre, table, .highlight, .jp-OutputArea-output, .jp-RenderedHTMLCommon";

function fits(slide) {
  const page = slide.getBoundingClientRect();
  const scale = page.width / slide.offsetWidth;
  const lowest = page.top + LOWEST * scale;
  const cells = [...slide.children].filter((part) => part.matches(".jp-Cell, .fragment"));
  if (cells.some((cell) => cell.getBoundingClientRect().bottom > lowest)) return false;
  const boxes = [...slide.querySelectorAll(BOXES)].filter((box) => !box.closest("aside"));
  return boxes.every(
    (box) =>
      box.scrollWidth <= box.clientWidth + 1 && box.getBoundingClientRect().right <= page.right - 40 * scale,
  );
}

// A line of output is broken only where it would make the letters smaller than by design.
function fit(slide) {
  for (const wraps of [false, true]) {
    slide.classList.toggle("wraps", wraps);
    for (const size of wraps ? SIZES : SIZES.filter((one) => one >= 1)) {
      slide.style.setProperty("--grow", size);
      if (fits(slide)) return;
    }
  }
}

function nameSection(slide) {
  const heading = slide.parentElement.querySelector("h1, h2");
  const continues = heading && !slide.querySelector("h1, h2, h3");
  const words = heading?.cloneNode(true);
  words?.querySelector(".anchor-link")?.remove();
  document.querySelector(".section-name").textContent = continues ? words.textContent : "";
}

function show(slide) {
  fit(slide);
  nameSection(slide);
}

// Pictures have no size before they are loaded.
const drawn = new Promise((resolve) => addEventListener("load", resolve));

Reveal.on("slidechanged", (event) => show(event.currentSlide));
Reveal.on("ready", () => drawn.then(() => show(Reveal.getCurrentSlide())));
// Printed, all slides are seen at once: none is hidden from a screen reader either.
Reveal.on("pdf-ready", async () => {
  await drawn;
  for (const slide of Reveal.getSlides()) {
    slide.hidden = false;
    slide.removeAttribute("aria-hidden");
    fit(slide);
  }
  document.body.dataset.printed = "ready";
});
