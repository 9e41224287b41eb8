// The pictures that the network has seen, and in each the patch that excites a map most.

import { ask } from "./ask.js";
import { make } from "./page_parts.js";
import { paintPart } from "./paint.js";
import { shrink } from "./pictures.js";
import { written } from "./sum.js";

export class PictureList {
  #seen = new Map(); // name to {data, text}
  #name = "";

  has(name) {
    return this.#seen.has(name);
  }

  // Fetch a picture of the page's own.
  async read({ file, text }) {
    if (this.has(file)) return;
    const response = await fetch(file);
    if (!response.ok) throw new Error(`${file} was not found: build the site again.`);
    const bitmap = await createImageBitmap(await response.blob());
    await this.add(file, shrink(bitmap, bitmap.width, bitmap.height), text);
  }

  // Keep a picture, and let the network look at it.
  async add(name, data, text) {
    this.#seen.set(name, { data, text });
    await ask("remember", { name, data });
  }

  choose(name) {
    this.#name = name;
    return this.#seen.get(name);
  }

  // The picture that is shown, as a signal.
  get shown() {
    return { shape: [32, 32, 3], data: this.#seen.get(this.#name).data };
  }

  // Show the patch behind the largest number of a map in each picture, the strongest first.
  async showPatches(place, { layer, map }, go) {
    const peaks = (await ask("peaks", { layer, map })).filter(({ value }) => value > 0);
    peaks.sort((a, b) => b.value - a.value);
    place.replaceChildren(...peaks.map((peak) => this.#patch(peak, go)));
    const dark = this.#seen.size - peaks.length;
    if (dark) place.append(make("p", { textContent: `In ${dark} of the pictures this map is 0 everywhere.` }));
  }

  #patch(peak, go) {
    const { data, text } = this.#seen.get(peak.name);
    const canvas = document.createElement("canvas");
    paintPart(canvas, data, peak.field);
    const name = `${text}: ${written(peak.value)} at row ${peak.row}, column ${peak.column}`;
    const value = make("span", { textContent: written(peak.value) });
    const button = make("button", { type: "button", ariaLabel: name }, canvas, value);
    button.setAttribute("aria-pressed", peak.name === this.#name);
    button.onclick = () => go(peak);
    return button;
  }
}
