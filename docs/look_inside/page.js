// The page: what is chosen stands in its address, and everything shown follows from that.

import { readAddress, state, within, writeAddress } from "./address.js";
import { ask } from "./ask.js";
import { strongest } from "./explain.js";
import { markMap, showMaps } from "./layer_maps.js";
import { takeOwnPictures } from "./own_picture.js";
import { find, guarded, make, say } from "./page_parts.js";
import { frame, paintMap, paintPicture, paintProjection } from "./paint.js";
import { PictureList } from "./picture_list.js";
import { describeSum, written } from "./sum.js";
import { makeTour, showStep } from "./tour.js";
import { Why } from "./why.js";

let about; // class names and layers of the network, pictures, steps of the tour
let maps; // of the chosen layer
const pictures = new PictureList(); // those that the network has seen, with the one that is shown
const why = new Why(pictures);

// --- everything ---

async function showView() {
  await choosePicture(state.picture);
  showStep(about.tour);
  find(`part-${state.part}`)?.scrollIntoView();
  if (state.cover) guarded(() => why.cover())(); // takes a while
}

async function choosePicture(name) {
  if (!pictures.has(name)) {
    const entry = about.pictures.find(({ file }) => file === name) ?? about.pictures[0];
    name = entry.file;
    await pictures.read(entry);
  }
  await show(name);
}

async function show(name) {
  say("The network looks at the picture.");
  state.picture = name;
  const { data, text } = pictures.choose(name);
  paintPicture(find("picture"), pictures.shown);
  find("picture").setAttribute("aria-label", `What the network sees: ${text}`);
  for (const button of find("pictures").children) {
    button.setAttribute("aria-pressed", button.dataset.file === name);
  }
  const probabilities = await ask("run", { data });
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  state.class ??= order[0];
  showAnswers(probabilities, order);
  await showLayer();
  await why.show(about.classNames, probabilities);
  say(`The network answers: ${about.classNames[order[0]]}, ${(100 * probabilities[order[0]]).toFixed(0)} %.`);
  window.lookInside.shown += 1;
}

// Another picture has other places, and another answer.
function forget() {
  Object.assign(state, { row: null, column: null, class: null, cover: 0 });
}

function showAnswers(probabilities, order) {
  find("answers").replaceChildren(
    ...order.map((index) => {
      const row = document.createElement("tr");
      const percent = 100 * probabilities[index];
      row.innerHTML = `<th scope="row">${about.classNames[index]}</th><td>${percent.toFixed(1)} %</td>
        <td><span class="bar" style="width: ${percent}%"></span></td>`;
      return row;
    }),
  );
}

takeOwnPictures(async (data, text) => {
  if (!about) throw new Error("Load the network first, then choose your picture again.");
  await pictures.add("own", data, text);
  forget();
  state.part = "picture";
  await show("own");
});

// --- the maps of a layer ---

async function showLayer() {
  maps = await ask("maps", { layer: state.layer });
  for (const button of find("layers").children) {
    button.setAttribute("aria-pressed", button.dataset.layer === state.layer);
  }
  const layer = about.layers.find(({ name }) => name === state.layer);
  const most = showMaps(maps, layer, guarded(pressMap));
  state.map ??= most;
  await chooseMap(within(state.map, maps.shape[2]));
}

async function pressMap(map) {
  Object.assign(state, { row: null, column: null, part: "number" });
  await chooseMap(map);
  say(`Map ${map} of ${state.layer} is shown in part 3.`);
}

// A pooling has the maps of the convolution before it; other layers have maps of their own.
function chooseLayer(name) {
  const places = [state.layer, name].map((one) => about.layers.findIndex((layer) => layer.name === one));
  const later = about.layers[Math.max(...places)];
  const alike = Math.abs(places[0] - places[1]) < 2 && (places[0] === places[1] || later.kind === "pooling");
  Object.assign(state, { layer: name, row: null, column: null, part: "layer" });
  if (!alike) state.map = null;
  return showLayer();
}

// --- one number ---

async function chooseMap(map) {
  state.map = map;
  const [height, width] = maps.shape;
  markMap(map);
  find("map-name").textContent = `Map ${map} of ${state.layer}`;
  find("row").max = height - 1;
  find("column").max = width - 1;
  const { row, column } = strongest(maps, map);
  await choosePlace(state.row ?? row, state.column ?? column);
  await pictures.showPatches(find("patches"), state, guarded(goTo));
}

function goTo({ name, row, column }) {
  forget();
  Object.assign(state, { row, column, part: "patches" });
  return show(name);
}

async function choosePlace(row, column) {
  const [height, width, channels] = maps.shape;
  state.row = within(row, height);
  state.column = within(column, width);
  find("row").value = state.row;
  find("column").value = state.column;
  writeAddress();
  const place = { layer: state.layer, map: state.map, row: state.row, column: state.column };
  const [found, projection] = await Promise.all([ask("composition", place), ask("deconvnet", place)]);
  paintMap(find("map"), maps, state.map, strongest(maps, state.map).value);
  frame(find("map"), state.row, state.column, 1, 1);
  find("place").textContent = `Row ${state.row}, column ${state.column}: ${written(found.value)}`;
  paintPicture(find("patch"), pictures.shown);
  const { top, left, height: high, width: wide } = found.field;
  frame(find("patch"), top, left, high, wide);
  find("field").textContent = `The frame, ${high} × ${wide} pixels, holds all that can change the number.`;
  paintProjection(find("projection"), projection);
  find("projected").textContent = found.value > 0 ? "Gray is 0." : "The number is 0: there is nothing to project.";
  find("sum").replaceChildren(describeSum(found, state, about));
}

const choose = (row, column) => {
  state.part = "number";
  return choosePlace(row, column);
};
find("map").onclick = guarded((event) => {
  const [height, width] = maps.shape;
  const { left, top, width: wide, height: high } = find("map").getBoundingClientRect();
  const row = Math.floor(((event.clientY - top) / high) * height);
  return choose(row, Math.floor(((event.clientX - left) / wide) * width));
});
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
find("map").onkeydown = guarded((event) => {
  const step = STEPS[event.key];
  if (!step) return undefined;
  event.preventDefault();
  return choose(state.row + step[0], state.column + step[1]);
});
for (const button of document.querySelectorAll("[data-step]")) {
  const [down, across] = STEPS[button.dataset.step];
  button.onclick = guarded(() => choose(state.row + down, state.column + across));
}
for (const id of ["row", "column"]) {
  find(id).onchange = guarded(() => choose(find("row").valueAsNumber || 0, find("column").valueAsNumber || 0));
}
find("strongest").onclick = guarded(() => {
  const { row, column } = strongest(maps, state.map);
  return choose(row, column);
});

// --- the beginning ---

function makeButtons() {
  find("pictures").replaceChildren(
    ...about.pictures.map(({ file, text }) => {
      const button = make("button", { type: "button" }, make("img", { src: file, alt: text, width: 88, height: 88 }));
      button.dataset.file = file;
      button.onclick = guarded(() => {
        forget();
        state.part = "picture";
        return choosePicture(file);
      });
      return button;
    }),
  );
  find("layers").replaceChildren(
    ...about.layers.map(({ name }) => {
      const button = make("button", { type: "button", textContent: name });
      button.dataset.layer = name;
      button.onclick = guarded(() => chooseLayer(name));
      return button;
    }),
  );
  why.offer(about.classNames);
  makeTour(about.tour);
}

async function begin() {
  find("load").disabled = true;
  find("loading").hidden = false;
  say("The network is being loaded.");
  try {
    const read = async (address) => (await fetch(address)).json();
    const [network, all, tour] = await Promise.all([
      ask("load", {}, (share) => (find("loading").value = share)),
      read("pictures.json"),
      read("tour.json"),
    ]);
    about = { ...network, pictures: all, tour };
  } catch (error) {
    find("load").disabled = false;
    find("loading").hidden = true;
    throw error;
  }
  find("start").hidden = true;
  find("inside").hidden = false;
  makeButtons();
  readAddress(about);
  await showView();
  for (const entry of about.pictures) await pictures.read(entry);
  await pictures.showPatches(find("patches"), state, guarded(goTo));
}

find("load").onclick = guarded(begin);
window.addEventListener(
  "hashchange",
  guarded(() => {
    if (!about) return undefined;
    readAddress(about);
    return showView();
  }),
);
if (location.protocol !== "file:") {
  const response = await fetch("network.json");
  if (response.ok) find("megabytes").textContent = ((await response.json()).bytes / 1e6).toFixed(1);
}
// For tests, and for the curious in the console of the browser.
window.lookInside = { ask, shown: 0 };
