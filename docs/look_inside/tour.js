// The tour: each step is a view with a sentence or two, which stay on the screen.

import { state, writeAddress } from "./address.js";
import { find, make } from "./page_parts.js";

const linkTo = (steps, number) => `#${new URLSearchParams({ ...steps[number - 1].state, tour: number })}`;

export function makeTour(steps) {
  const items = steps.map(({ text }, index) => {
    return make("li", {}, make("a", { href: linkTo(steps, index + 1), textContent: text }));
  });
  find("tour").replaceChildren(...items);
  find("tour-start").onclick = () => (location.hash = linkTo(steps, 1));
  find("back").onclick = () => (location.hash = linkTo(steps, state.tour - 1));
  find("next").onclick = () => (location.hash = linkTo(steps, state.tour + 1));
  find("end").onclick = () => {
    state.tour = 0;
    writeAddress();
    showStep(steps);
    find("tour-start").focus({ preventScroll: true });
  };
}

// Show the step of the tour that the address names, if it names one.
export function showStep(steps) {
  const step = steps[state.tour - 1];
  document.documentElement.classList.toggle("guided", Boolean(step));
  find("guide").hidden = !step;
  if (!step) return;
  find("guide-text").textContent = `${state.tour} of ${steps.length}. ${step.text}`;
  find("back").disabled = state.tour === 1;
  const isLast = state.tour === steps.length;
  find("next").disabled = isLast;
  // So that the keyboard leads on, too.
  const focused = document.activeElement;
  if (focused.disabled || !find("guide").contains(focused)) find(isLast ? "end" : "next").focus({ preventScroll: true });
}
