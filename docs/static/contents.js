// The contents on the right follow the reader: the section that is read is marked, and stays in sight.

const links = [...document.querySelectorAll("#pst-page-toc-nav a[href^='#']")];
const targets = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
const LINE = 0.3; // of the window: what has passed it is read

// The last section that has begun above the line; at the very end, the last of all.
function current() {
  const line = LINE * innerHeight;
  const isEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
  const begun = targets.filter((target) => target?.getBoundingClientRect().top <= line);
  return isEnd ? links.length - 1 : begun.length - 1;
}

function keepInSight(link) {
  const bar = link.closest(".bd-sidebar-secondary");
  const [box, frame] = [link.getBoundingClientRect(), bar.getBoundingClientRect()];
  const isSeen = box.top >= frame.top && box.bottom <= Math.min(frame.bottom, innerHeight);
  if (!isSeen) bar.scrollTop += box.top - frame.top - frame.height / 3;
}

function mark() {
  const place = current();
  links.forEach((link, index) => {
    link.classList.toggle("active", index === place);
    if (index === place) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
  if (place >= 0) keepInSight(links[place]);
}

if (links.length) {
  let waits = false;
  const markSoon = () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => {
      waits = false;
      mark();
    });
  };
  addEventListener("scroll", markSoon, { passive: true });
  addEventListener("resize", markSoon);
  mark();
}
