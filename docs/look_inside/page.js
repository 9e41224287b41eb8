// The page: what is chosen stands in its address, and everything shown follows from that.

import { frame, paintMap, paintOver, paintPicture, paintProjection } from "./paint.js";
import { readFile, shrink } from "./pictures.js";
import { describeSum } from "./sum.js";

const $ = (id) => document.getElementById(id);
const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
const waiting = new Map();
let lastId = 0;

// Ask the worker; `report` hears of progress.
function ask(kind, details = {}, report = () => {}) {
  const id = ++lastId;
  worker.postMessage({ id, kind, ...details });
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject, report }));
}

worker.onmessage = ({ data: { id, result, error, progress } }) => {
  const { resolve, reject, report } = waiting.get(id);
  if (progress !== undefined) return report(progress);
  waiting.delete(id);
  if (error === undefined) resolve(result);
  else reject(new Error(error));
};
worker.onerror = () => say("This browser cannot run the network: it needs workers with modules.");

const state = { picture: "", layer: "conv1", map: 0, row: 0, column: 0, class: 0 };
let about; // class names and layers of the network, names of the pictures
let picture; // {shape, data}
let maps; // of the chosen layer
let probabilities;

const say = (text) => ($("message").textContent = text);
const guarded =
  (action) =>
  async (...inputs) => {
    try {
      await action(...inputs);
    } catch (error) {
      if (error.message !== "stopped") say(error.message);
    }
  };

// --- the address ---

function readAddress() {
  for (const [name, text] of new URLSearchParams(location.hash.slice(1))) {
    if (!(name in state)) continue;
    state[name] = typeof state[name] === "number" ? Number.parseInt(text, 10) || 0 : text;
  }
  if (!about.layers.some(({ name }) => name === state.layer)) state.layer = about.layers[0].name;
  state.class = Math.min(Math.max(state.class, 0), about.classNames.length - 1);
}

function writeAddress() {
  history.replaceState(null, "", `#${new URLSearchParams(state)}`);
}

// --- 1. the picture ---

async function choosePicture(name) {
  const entry = about.pictures.find((one) => one.file === name) ?? about.pictures[0];
  const response = await fetch(entry.file);
  if (!response.ok) throw new Error(`${entry.file} was not found: build the site again.`);
  const bitmap = await createImageBitmap(await response.blob());
  state.picture = entry.file;
  await show(shrink(bitmap, bitmap.width, bitmap.height), entry.text);
}

async function show(data, text) {
  picture = { shape: [32, 32, 3], data };
  paintPicture($("picture"), picture);
  $("picture").setAttribute("aria-label", `What the network sees: ${text}`);
  for (const button of $("pictures").children) {
    button.setAttribute("aria-pressed", button.dataset.file === state.picture);
  }
  probabilities = await ask("run", { data });
  showAnswers();
  await showLayer();
  await showClass();
  window.lookInside.shown += 1;
}

function showAnswers() {
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  $("answers").replaceChildren(
    ...order.map((index) => {
      const row = document.createElement("tr");
      const percent = 100 * probabilities[index];
      row.innerHTML = `<th scope="row">${about.classNames[index]}</th><td>${percent.toFixed(1)} %</td>
        <td><span class="bar" style="width: ${percent}%"></span></td>`;
      return row;
    }),
  );
  say(`The network answers: ${about.classNames[order[0]]}, ${(100 * probabilities[order[0]]).toFixed(0)} %.`);
}

// --- 2. the maps of a layer ---

const largestOf = (data, map, channels) => {
  let largest = -Infinity;
  for (let index = map; index < data.length; index += channels) largest = Math.max(largest, data[index]);
  return largest;
};

async function showLayer() {
  maps = await ask("maps", { layer: state.layer });
  const [height, width, channels] = maps.shape;
  state.map = Math.min(Math.max(state.map, 0), channels - 1);
  const largest = Array.from({ length: channels }, (_, map) => largestOf(maps.data, map, channels));
  // A few large numbers would leave all others dark.
  const bright = Float32Array.from(maps.data).sort()[Math.floor(0.995 * maps.data.length)];
  $("scale").textContent =
    `${channels} maps of ${height} × ${width} numbers. Dark is 0, the brightest color stands for ` +
    `${bright.toFixed(2)} and more. Everywhere 0: ${largest.filter((value) => value <= 0).length} of the maps.`;
  for (const button of $("layers").children) {
    button.setAttribute("aria-pressed", button.dataset.layer === state.layer);
  }
  $("maps").replaceChildren(...largest.map((most, map) => tile(map, most.toFixed(2), bright)));
  await chooseMap(state.map);
}

function tile(map, most, bright) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-label", `map ${map}, largest number ${most}`);
  button.title = `map ${map}, up to ${most}`;
  const canvas = document.createElement("canvas");
  paintMap(canvas, maps, map, bright);
  button.append(canvas);
  button.onclick = guarded(() => {
    strongest(map);
    return chooseMap(map);
  });
  return button;
}

$("maps").onkeydown = (event) => {
  const tiles = [...$("maps").children];
  const perRow = tiles.filter((one) => one.offsetTop === tiles[0].offsetTop).length;
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow, ArrowUp: -perRow };
  const next = tiles[tiles.indexOf(document.activeElement) + (steps[event.key] ?? NaN)];
  if (!next) return;
  event.preventDefault();
  next.focus();
};

// --- 3. one number ---

function strongest(map) {
  const [, width, channels] = maps.shape;
  let best = map;
  for (let index = map; index < maps.data.length; index += channels) {
    if (maps.data[index] > maps.data[best]) best = index;
  }
  const place = Math.floor(best / channels);
  Object.assign(state, { row: Math.floor(place / width), column: place % width });
}

async function chooseMap(map) {
  state.map = map;
  const [height, width] = maps.shape;
  [...$("maps").children].forEach((button, index) => {
    button.tabIndex = index === map ? 0 : -1;
    button.setAttribute("aria-pressed", index === map);
  });
  $("map-name").textContent = `Map ${map} of ${state.layer}`;
  $("row").max = height - 1;
  $("column").max = width - 1;
  await choosePlace(state.row, state.column);
}

async function choosePlace(row, column) {
  const [height, width, channels] = maps.shape;
  state.row = Math.min(Math.max(row, 0), height - 1);
  state.column = Math.min(Math.max(column, 0), width - 1);
  $("row").value = state.row;
  $("column").value = state.column;
  writeAddress();
  const place = { layer: state.layer, map: state.map, row: state.row, column: state.column };
  const [found, projection] = await Promise.all([ask("composition", place), ask("deconvnet", place)]);
  paintMap($("map"), maps, state.map, largestOf(maps.data, state.map, channels));
  frame($("map"), state.row, state.column, 1, 1);
  paintPicture($("patch"), picture);
  const { top, left, height: high, width: wide } = found.field;
  frame($("patch"), top, left, high, wide);
  paintProjection($("projection"), projection);
  $("sum").replaceChildren(describeSum(found, state));
}

$("map").onclick = guarded((event) => {
  const [height, width] = maps.shape;
  const { left, top, width: wide, height: high } = $("map").getBoundingClientRect();
  const row = Math.floor(((event.clientY - top) / high) * height);
  return choosePlace(row, Math.floor(((event.clientX - left) / wide) * width));
});
$("map").onkeydown = guarded((event) => {
  const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
  if (!step) return undefined;
  event.preventDefault();
  return choosePlace(state.row + step[0], state.column + step[1]);
});
for (const id of ["row", "column"]) {
  $(id).onchange = guarded(() => choosePlace($("row").valueAsNumber || 0, $("column").valueAsNumber || 0));
}
$("strongest").onclick = guarded(() => {
  strongest(state.map);
  return choosePlace(state.row, state.column);
});

// --- 4. why ---

async function showClass() {
  $("class").value = state.class;
  writeAddress();
  const { enlarged } = await ask("gradCam", { classIndex: state.class });
  paintOver($("cam"), picture, enlarged, false);
  paintPicture($("occlusion"), picture);
  $("drop").textContent = "";
}

$("class").onchange = guarded(() => {
  state.class = Number($("class").value);
  return showClass();
});
$("cover").onclick = guarded(async () => {
  const name = about.classNames[state.class];
  $("covering").hidden = false;
  try {
    const drops = await ask("occlusion", { classIndex: state.class }, (share) => ($("covering").value = share));
    paintOver($("occlusion"), picture, drops, true);
    const [least, most] = [Math.min(...drops.data), Math.max(...drops.data)];
    $("drop").textContent =
      `The probability of ${name} falls by up to ${(100 * most).toFixed(0)} points (orange), and ` +
      `${least < -0.005 ? `rises by up to ${(-100 * least).toFixed(0)} (blue)` : "never rises"}.`;
  } finally {
    $("covering").hidden = true;
  }
});

// --- own pictures ---

async function showOwn(source, width, height, text) {
  state.picture = "own";
  await show(shrink(source, width, height), text);
}

async function showFile(file) {
  const bitmap = await readFile(file);
  await showOwn(bitmap, bitmap.width, bitmap.height, file.name);
}

$("file").onchange = guarded(async () => {
  const [file] = $("file").files;
  $("file").value = ""; // so that the same file can be chosen again
  if (file) await showFile(file);
});
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => event.preventDefault());
}
document.addEventListener(
  "drop",
  guarded(async (event) => {
    const [file] = event.dataTransfer.files;
    if (file && about) await showFile(file);
  }),
);

function stopCamera() {
  for (const track of $("video").srcObject?.getTracks() ?? []) track.stop();
  $("video").srcObject = null;
  $("filming").hidden = true;
}

$("camera").onclick = guarded(async () => {
  if (!navigator.mediaDevices?.getUserMedia) throw new Error("There is no camera for this page.");
  try {
    $("video").srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
  } catch {
    throw new Error("There is no camera, or the browser may not use it: choose a file.");
  }
  $("filming").hidden = false;
  await $("video").play();
});
$("take").onclick = guarded(async () => {
  await showOwn($("video"), $("video").videoWidth, $("video").videoHeight, "from the camera");
  stopCamera();
});
$("stop").onclick = stopCamera;

// --- the beginning ---

function makeButtons() {
  $("pictures").replaceChildren(
    ...about.pictures.map(({ file, text }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.file = file;
      button.innerHTML = `<img src="${file}" alt="${text}" width="88" height="88">`;
      button.onclick = guarded(() => choosePicture(file));
      return button;
    }),
  );
  $("layers").replaceChildren(
    ...about.layers.map(({ name }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.layer = name;
      button.textContent = name;
      button.onclick = guarded(() => {
        state.layer = name;
        return showLayer();
      });
      return button;
    }),
  );
  $("class").replaceChildren(...about.classNames.map((name, index) => new Option(name, index)));
  $("tour").replaceChildren(
    ...about.tour.map(({ text, state: to }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `#${new URLSearchParams(to)}`;
      link.textContent = text;
      item.append(link);
      return item;
    }),
  );
}

async function begin() {
  $("load").disabled = true;
  $("loading").hidden = false;
  say("The network is being loaded.");
  try {
    const read = async (address) => (await fetch(address)).json();
    const [network, pictures, tour] = await Promise.all([
      ask("load", {}, (share) => ($("loading").value = share)),
      read("pictures.json"),
      read("tour.json"),
    ]);
    about = { ...network, pictures, tour };
  } catch (error) {
    $("load").disabled = false;
    $("loading").hidden = true;
    throw error;
  }
  $("start").hidden = true;
  $("inside").hidden = false;
  makeButtons();
  readAddress();
  await choosePicture(state.picture);
}

$("load").onclick = guarded(begin);
window.addEventListener(
  "hashchange",
  guarded(() => {
    if (!about) return undefined;
    readAddress();
    return choosePicture(state.picture);
  }),
);
if (location.protocol !== "file:") {
  const response = await fetch("network.json");
  if (response.ok) $("megabytes").textContent = ((await response.json()).bytes / 1e6).toFixed(1);
}
// For tests, and for the curious in the console of the browser.
window.lookInside = { ask, shown: 0 };
