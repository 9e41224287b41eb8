// The sum behind one number, as tables.

import { make } from "./page_parts.js";

const SHOWN = 3; // maps with all their numbers
const COLORS = ["red", "green", "blue"];

export function written(value) {
  const text = Math.abs(value) < 0.005 ? "0.00" : value.toFixed(Math.abs(value) < 100 ? 2 : 0);
  return text.replace("-", "−");
}

// `found` is what explain.js says of the number; `about` names all layers.
export function describeSum(found, { layer, map, row, column }, { layers, rescaling }) {
  const before = layers[layers.findIndex(({ name }) => name === layer) - 1]?.name;
  const where = `The number at row ${row}, column ${column} of map ${map} in ${layer}`;
  return found.kind === "pooling" ? describePooling(found, where) : describeConvolution(found, where, before, rescaling);
}

function describePooling(found, where) {
  const [{ cells }] = found.channels;
  const switched = cells.flat().find(({ pixel }) => pixel === found.value); // of several, the first
  return make(
    "div",
    {},
    make("p", { textContent: `${where} is the largest of the numbers under its window, ${written(found.value)}.` }),
    table("the window", cells, writtenPixel, (cell) => (cell === switched ? "largest" : classOf(cell))),
    make("p", { textContent: "The framed place is the switch: the deconvnet sends the number back to it." }),
  );
}

function describeConvolution(found, where, before, rescaling) {
  const made = make("div", {}, make("p", { textContent: explain(where, before, rescaling) }));
  const bySize = [...found.channels].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const shown = before ? bySize.slice(0, SHOWN) : found.channels;
  if (before) {
    const text = `Of the ${found.channels.length} maps of ${before}, these ${SHOWN} contribute most:`;
    made.append(make("p", { textContent: text }));
  }
  const largest = Math.max(...shown.flatMap(({ cells }) => cells.flat().map(({ product }) => Math.abs(product))));
  const nameOf = ({ channel }) => (before ? `map ${channel} of ${before}` : COLORS[channel]);
  for (const channel of shown) made.append(step(channel, nameOf(channel), largest));
  const total = found.channels.reduce((sum, { sum: part }) => sum + part, found.bias);
  const rest = total - found.bias - shown.reduce((sum, { sum: part }) => sum + part, 0);
  const terms = shown.map(({ sum }) => [sum, ""]);
  if (before) terms.push([rest, " (all other maps)"]);
  terms.push([found.bias, " (bias)"]);
  made.append(make("p", { className: "result", textContent: `${addition(terms)} = ${written(total)}` }));
  const rectified = `The rectifier makes it max(0, ${written(total)}) = ${written(found.value)}.`;
  made.append(make("p", { className: "result", textContent: rectified }));
  made.append(make("p", { textContent: "All numbers are rounded to two decimals." }));
  return made;
}

function explain(where, before, rescaling) {
  const sum = `${where}: each number under the window is multiplied by its weight, and the products are added.`;
  if (before || !rescaling) return sum;
  const { scale, offset } = rescaling;
  return `${sum} A color between 0 and 1 is rescaled first, to ${scale} · color ${offset < 0 ? "−" : "+"} ${Math.abs(offset)}.`;
}

function addition(terms) {
  const [[first, name], ...others] = terms;
  const signed = others.map(([value, what]) => `${value < 0 ? "−" : "+"} ${written(Math.abs(value))}${what}`);
  return [`${written(first)}${name}`, ...signed].join(" ");
}

function step({ cells, sum }, name, largest) {
  return make(
    "div",
    {},
    make("h4", { textContent: name }),
    make(
      "div",
      { className: "step" },
      table("the window", cells, writtenPixel, classOf),
      make("span", { className: "sign", textContent: "×" }),
      table("weights", cells, ({ weight }) => written(weight)),
      make("span", { className: "sign", textContent: "=" }),
      table("products", cells, ({ product }) => written(product), classOf, ({ product }) => tint(product / largest)),
      make("span", { className: "sign", textContent: `sum ${written(sum)}` }),
    ),
  );
}

const classOf = ({ pixel }) => (pixel === null ? "outside" : "");
const writtenPixel = ({ pixel }) => (pixel === null ? "–" : written(pixel));

// Positive products orange, negative ones blue, the largest most of all.
const tint = (share) => `rgb(${share > 0 ? "225 110 20" : "50 120 220"} / ${(35 * Math.abs(share)).toFixed(0)}%)`;

// A table of rows of cells; `textOf` writes one.
function table(name, rows, textOf, classOf, groundOf = () => "") {
  const made = make("table", {}, make("caption", { textContent: name }));
  for (const cells of rows) {
    const line = made.insertRow();
    for (const cell of cells) {
      const field = make("td", { textContent: textOf(cell), className: classOf?.(cell) ?? "" });
      field.style.background = groundOf(cell);
      line.append(field);
    }
  }
  return made;
}
