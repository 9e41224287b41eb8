// The sum behind one number, as tables.

const element = (name, text = "", className = "") => {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
};
const number = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2)).replace("-", "−");
const SHOWN = 3; // channels with all their numbers

// A table of rows of cells; `textOf` writes one.
function table(cells, textOf, classOf = () => "") {
  const made = element("table");
  for (const row of cells) {
    const line = made.insertRow();
    for (const cell of row) line.append(element("td", textOf(cell), classOf(cell)));
  }
  return made;
}

export function describeSum(found, { layer, map, row, column }) {
  const made = element("div");
  const where = `The number at row ${row}, column ${column} of map ${map} in ${layer}`;
  if (found.kind === "pooling") {
    made.append(element("p", `${where} is the largest of the numbers under its window:`));
    const [{ cells }] = found.channels;
    made.append(table(cells, shownPixel, ({ pixel }) => classOf(pixel, pixel === found.value)));
    made.append(element("p", `${number(found.value)}`, "result"));
    return made;
  }
  const bySize = [...found.channels].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const many = found.channels.length > SHOWN;
  made.append(
    element("p", `${where}: each pixel under the window is multiplied by its weight, and the products are added.`),
  );
  if (many) {
    made.append(element("p", `These ${SHOWN} of the ${found.channels.length} maps below contribute most:`));
  }
  const shown = many ? bySize.slice(0, SHOWN) : found.channels;
  for (const channel of shown) made.append(step(channel, many));
  const rest = many ? bySize.slice(SHOWN).reduce((total, { sum }) => total + sum, 0) : 0;
  const terms = shown.map(({ sum }) => number(sum));
  if (many) terms.push(`${number(rest)} (all others)`);
  terms.push(`${number(found.bias)} (bias)`);
  const total = found.channels.reduce((sum, channel) => sum + channel.sum, found.bias);
  made.append(element("p", `${terms.join(" + ")} = ${number(total)}`, "result"));
  made.append(element("p", `The rectifier makes it max(0, ${number(total)}) = ${number(found.value)}.`, "result"));
  return made;
}

const COLORS = ["red", "green", "blue"];
const classOf = (pixel, largest) => (largest ? "largest" : pixel === null ? "outside" : "");
const shownPixel = ({ pixel }) => (pixel === null ? "–" : number(pixel));

function step({ channel, cells, sum }, many) {
  const made = element("div");
  made.append(element("h3", many ? `map ${channel}` : COLORS[channel]));
  const line = element("div", "", "step");
  line.append(table(cells, shownPixel, ({ pixel }) => classOf(pixel, false)));
  line.append(element("span", "×", "sign"));
  line.append(table(cells, ({ weight }) => number(weight)));
  line.append(element("span", `→ ${number(sum)}`, "sign"));
  made.append(line);
  return made;
}
