// The explorers of the chapters, alive on the site: each stands in for the still picture inside its element, whose
// attribute data-explorer holds what the chapter gave it.

import { convolve, maxPool, rectify } from "./network.js";
import { make } from "./page_parts.js";
import { paint } from "./paint.js";

const PURPLE = [150, 190, 100]; // what the largest number takes away from white
const written = (value) => String(Number(value.toFixed(2))).replace("-", "−");

function slider(name, { min = 0, max, value = min }, changed) {
  const input = make("input", { type: "range", min, max, value });
  const number = make("output", { textContent: value });
  input.oninput = () => {
    number.textContent = input.value;
    changed();
  };
  const label = make("label", {}, `${name} `, input, " ", number);
  // Lowering the maximum may move the slider.
  const limit = (most) => {
    input.max = most;
    number.textContent = input.value;
  };
  const move = (to) => {
    input.value = to;
    number.textContent = input.value;
  };
  return { label, limit, move, get value() { return Number(input.value); } };
}

// One step of a convolution: `outputs` has as many rows and columns as windows fit into the padded image.
export function convolveWindow(image, kernel, { padding, stride, dilation }) {
  const padded = pad(image, padding);
  const reach = (length) => (length - 1) * dilation + 1;
  const count = (length, window) => Math.floor((length - reach(window)) / stride) + 1;
  const rows = count(padded.length, kernel.length);
  const columns = count(padded[0].length, kernel[0].length);
  if (rows < 1 || columns < 1) return { padded, outputs: [] };
  const at = (row, column) =>
    kernel.map((line, i) => line.map((weight, j) => [padded[row * stride + i * dilation][column * stride + j * dilation], weight]));
  const sum = (pairs) => pairs.flat().reduce((total, [pixel, weight]) => total + pixel * weight, 0);
  const outputs = Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => sum(at(r, c))));
  return { padded, outputs, at };
}

function pad(image, padding) {
  const width = image[0].length + 2 * padding;
  const empty = () => Array.from({ length: padding }, () => Array(width).fill(0));
  const sides = Array(padding).fill(0);
  return [...empty(), ...image.map((line) => [...sides, ...line, ...sides]), ...empty()];
}

function exploreWindow(place, { image, kernel }) {
  const weights = kernel.map((line) => [...line]);
  const settings = {
    row: slider("row", { max: 0 }, draw),
    column: slider("column", { max: 0 }, draw),
    padding: slider("padding", { max: 2 }, draw),
    stride: slider("stride", { min: 1, max: 3 }, draw),
    dilation: slider("dilation", { min: 1, max: 3 }, draw),
  };
  const fields = make("table", { ariaLabel: "kernel" });
  for (const [i, line] of weights.entries()) {
    const row = fields.insertRow();
    for (const [j, value] of line.entries()) {
      const field = make("input", { type: "number", value, step: "any", ariaLabel: `weight in row ${i}, column ${j}` });
      field.oninput = () => {
        weights[i][j] = field.valueAsNumber || 0;
        draw();
      };
      row.insertCell().append(field);
    }
  }
  const shown = make("div", { className: "arrays" });
  const words = make("p", { role: "status" });
  const controls = make("div", { className: "controls" }, ...Object.values(settings).map(({ label }) => label));
  place.replaceChildren(controls, shown, words);
  draw();

  function draw() {
    const [padding, stride, dilation] = ["padding", "stride", "dilation"].map((name) => settings[name].value);
    const { padded, outputs, at } = convolveWindow(image, weights, { padding, stride, dilation });
    if (!outputs.length) {
      words.textContent = "The kernel does not fit into the image: choose a smaller dilation, or more padding.";
      shown.replaceChildren(array(padded, () => ""), fields);
      return;
    }
    settings.row.limit(outputs.length - 1);
    settings.column.limit(outputs[0].length - 1);
    const [row, column] = [settings.row.value, settings.column.value];
    const under = new Set(
      weights.flatMap((line, i) => line.map((_, j) => `${row * stride + i * dilation},${column * stride + j * dilation}`)),
    );
    const outside = (r, c) => r < padding || c < padding || r >= padding + image.length || c >= padding + image[0].length;
    const input = array(padded, (r, c) => `${under.has(`${r},${c}`) ? "under " : ""}${outside(r, c) ? "padding" : ""}`);
    const result = array(outputs, (r, c) => (r === row && c === column ? "under" : ""), (r, c) => {
      settings.row.move(r);
      settings.column.move(c);
      draw();
    });
    shown.replaceChildren(titled("image", input), "∗", titled("kernel", fields), "→", titled("output", result));
    const products = at(row, column).flat().filter(([, weight]) => weight !== 0);
    const terms = products.map(([pixel, weight]) => `${written(pixel)} · ${weight < 0 ? `(${written(weight)})` : written(weight)}`);
    words.textContent = `Output at row ${row}, column ${column}: ${terms.join(" + ") || "0"} = ${written(outputs[row][column])}`;
  }
}

const titled = (title, content) => make("figure", {}, content, make("figcaption", { textContent: title }));

function array(rows, classOf, clicked) {
  const made = make("table");
  for (const [r, line] of rows.entries()) {
    const row = made.insertRow();
    for (const [c, value] of line.entries()) {
      const cell = make("td", { textContent: written(value), className: classOf(r, c) });
      if (clicked) cell.onclick = () => clicked(r, c);
      row.append(cell);
    }
  }
  return made;
}

function exploreShift(place, { picture, kernel, max_shift: most }) {
  const [height, width] = [picture.length, picture[0].length];
  const layer = {
    kernel: { shape: [kernel.length, kernel[0].length, 1, 1], data: Float32Array.from(kernel.flat()) },
    bias: { shape: [1], data: new Float32Array(1) },
    strides: 1,
  };
  const maps = (shift) => {
    const moved = picture.map((line) => line.map((_, column) => line[(column - shift + width) % width]));
    const input = { shape: [height, width, 1], data: Float32Array.from(moved.flat()) };
    const map = rectify(convolve(input, layer));
    return [input, map, maxPool(map, { window: 2, strides: 2 }).output];
  };
  const names = ["picture", "feature map", "after max-pooling 2 × 2"];
  const canvases = names.map((name) => make("canvas", { role: "img", ariaLabel: name }));
  const shift = slider("shift", { max: most }, draw);
  const words = make("p", { role: "status" });
  const panels = make("div", { className: "arrays" }, ...canvases.map((canvas, index) => titled(names[index], canvas)));
  place.replaceChildren(make("div", { className: "controls" }, shift.label), panels, words);
  const start = maps(0);
  const largest = Math.max(...start[1].data);
  draw();

  function draw() {
    const by = shift.value;
    const now = maps(by);
    now.forEach(({ shape: [rows, columns], data }, index) =>
      paint(canvases[index], rows, columns, (pixel) => PURPLE.map((most) => 255 - most * Math.min(data[pixel] / largest, 1))),
    );
    const moves = equalMoved(start[1], now[1], by);
    const pooled = by % 2 === 0 && equalMoved(start[2], now[2], by / 2);
    const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
    words.textContent =
      `Shift ${by}: the feature map ${moves ? `has moved by ${count(by, "pixel")}` : "has changed"}, the pooled map ` +
      `${pooled ? `has moved by ${count(by / 2, "place")}` : "holds other numbers"}.`;
  }
}

function equalMoved(before, after, shift) {
  const width = before.shape[1];
  return after.data.every((value, index) => {
    const column = index % width;
    return value === before.data[index - column + ((column - shift + width) % width)];
  });
}

const KINDS = { window: exploreWindow, shift: exploreShift };
for (const place of document.querySelectorAll("[data-explorer]")) {
  const { kind, ...given } = JSON.parse(place.dataset.explorer);
  KINDS[kind](place, given);
}
