// Why this class? Grad-CAM at once, occlusion when it is asked for.

import { state, writeAddress } from "./address.js";
import { ask } from "./ask.js";
import { strongest } from "./explain.js";
import { find, guarded } from "./page_parts.js";
import { paintOver, paintPicture } from "./paint.js";

const FULL_COLOR = 0.05; // differences of probability that are smaller stay pale

export class Why {
  #pictures;
  #classNames;
  #probabilities;

  constructor(pictures) {
    this.#pictures = pictures;
    find("class").onchange = guarded(() => {
      Object.assign(state, { class: Number(find("class").value), cover: 0, part: "why" });
      return this.#showClass();
    });
    find("cover").onclick = guarded(() => {
      state.part = "why";
      return this.cover();
    });
  }

  offer(classNames) {
    find("class").replaceChildren(...classNames.map((name, index) => new Option(name, index)));
  }

  async show(classNames, probabilities) {
    this.#classNames = classNames;
    this.#probabilities = probabilities;
    await this.#showClass();
  }

  async #showClass() {
    find("class").value = state.class;
    writeAddress();
    find("drop").textContent = "";
    find("occlusion").setAttribute("aria-label", "The picture, nothing covered yet");
    paintPicture(find("occlusion"), this.#pictures.shown);
    const { enlarged } = await ask("gradCam", { classIndex: state.class });
    paintOver(find("cam"), this.#pictures.shown, enlarged, false);
    const name = this.#classNames[state.class];
    const { value, row, column } = strongest(enlarged, 0);
    const place = value > 0 ? `brightest at row ${row}, column ${column} of 32` : "dark everywhere";
    find("cam").setAttribute("aria-label", `Grad-CAM for ${name}: ${place}`);
    find("cam-words").textContent = value > 0 ? "" : `It is dark everywhere: nothing raises the score of ${name}.`;
  }

  async cover() {
    const name = this.#classNames[state.class];
    const probability = this.#probabilities[state.class];
    find("covering").hidden = false;
    find("drop").textContent = "The network looks at the picture again and again.";
    try {
      const drops = await ask("occlusion", { classIndex: state.class }, (share) => (find("covering").value = share));
      const scale = paintOver(find("occlusion"), this.#pictures.shown, drops, true, FULL_COLOR);
      find("drop").textContent = describeDrops(drops.data, name, probability, scale);
      const { row, column } = strongest(drops, 0);
      const label = `Occlusion for ${name}: largest fall at row ${row}, column ${column} of 32`;
      find("occlusion").setAttribute("aria-label", label);
      state.cover = 1;
      writeAddress();
    } finally {
      find("covering").hidden = true;
    }
  }
}

function describeDrops(drops, name, probability, scale) {
  const points = (share) => `${(100 * share).toFixed(0)} ${Math.round(100 * share) === 1 ? "point" : "points"}`;
  const [fall, rise] = [Math.max(...drops), -Math.min(...drops)];
  const parts = [];
  if (fall >= 0.005) parts.push(`falls by up to ${points(fall)} where it is orange`);
  if (rise >= 0.005) parts.push(`rises by up to ${points(rise)} where it is blue`);
  const changes = parts.join(", and ") || "changes by less than a point, wherever the picture is covered";
  return `The probability of ${name}, ${(100 * probability).toFixed(0)} %, ${changes}. Full color: ${points(scale)}.`;
}
