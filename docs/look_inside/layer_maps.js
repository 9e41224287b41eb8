// All maps of a layer, as small pictures.

import { strongest } from "./explain.js";
import { find, make } from "./page_parts.js";
import { paintMap } from "./paint.js";
import { written } from "./sum.js";

// Show them; `choose(map)` is called for the one that is pressed. Returns the map with the largest number.
export function showMaps(maps, layer, choose) {
  const [height, width, channels] = maps.shape;
  const peaks = Array.from({ length: channels }, (_, map) => strongest(maps, map).value);
  // A few large numbers would leave all others dark.
  const bright = Float32Array.from(maps.data).sort()[Math.floor(0.995 * maps.data.length)];
  const empty = peaks.filter((value) => value <= 0).length;
  find("scale").textContent =
    `${describe(layer)} ${channels} maps of ${height} × ${width} numbers: dark is 0, the brightest color is ` +
    `${written(bright)} and more. ${empty ? `Maps with nothing but 0: ${empty}.` : ""}`;
  find("maps").replaceChildren(
    ...peaks.map((most, map) => {
      const canvas = document.createElement("canvas");
      paintMap(canvas, maps, map, bright);
      const ariaLabel = `map ${map}, largest number ${written(most)}`;
      return make("button", { type: "button", ariaLabel, title: ariaLabel, onclick: () => choose(map) }, canvas);
    }),
  );
  return peaks.indexOf(Math.max(...peaks));
}

function describe({ name, kind, window, strides }) {
  const step = strides === 1 ? "" : `, ${strides} pixels apart`;
  const does = kind === "pooling" ? "keeps the largest number" : "is a convolution with a rectifier: it adds up products";
  return `${name} ${does} under windows of ${window} × ${window}${step}.`;
}

export function markMap(chosen) {
  [...find("maps").children].forEach((button, map) => {
    button.tabIndex = map === chosen ? 0 : -1;
    button.setAttribute("aria-pressed", map === chosen);
  });
}

find("maps").onkeydown = (event) => {
  const tiles = [...find("maps").children];
  const perRow = tiles.filter((one) => one.offsetTop === tiles[0].offsetTop).length;
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow, ArrowUp: -perRow };
  const next = tiles[tiles.indexOf(document.activeElement) + (steps[event.key] ?? NaN)];
  if (!next) return;
  event.preventDefault();
  next.focus();
};
