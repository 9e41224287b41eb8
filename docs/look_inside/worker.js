// Calculates beside the page, so that the page answers meanwhile. A request is {id, kind, ...}; answers are
// {id, result}, {id, error}, or {id, progress}.

import { composition, deconvnet, enlarge, gradCam, occlusion, receptiveField } from "./explain.js";
import { forward, softmax } from "./network.js";
import { loadNetwork } from "./weights.js";

let network;
let picture;
let steps;
let newest = 0; // a request for another picture ends an occlusion that is under way

const find = (layer) => steps.findIndex((step) => step.layer.name === layer);
const pause = () => new Promise((resolve) => setTimeout(resolve));

const answers = {
  async load(_, report) {
    network = await loadNetwork(new URL("./", self.location).href, (done, all) => report(done / all));
    const shown = network.layers.filter((layer) => ["convolution", "pooling"].includes(layer.kind));
    return { classNames: network.classNames, layers: shown.map(({ name, kind }) => ({ name, kind })) };
  },
  run({ data }) {
    picture = { shape: [32, 32, 3], data };
    steps = forward(network.layers, picture);
    return softmax(steps.at(-1).output.data);
  },
  scores: () => steps.at(-1).output,
  maps: ({ layer }) => steps[find(layer)].output,
  composition: ({ layer, map, row, column }) => ({
    ...composition(steps[find(layer)], map, row, column),
    field: receptiveField(steps, find(layer), row, column),
  }),
  deconvnet: ({ layer, map, row, column }) => deconvnet(steps, find(layer), map, row, column),
  gradCam: ({ classIndex }) => {
    const heat = gradCam(steps, classIndex);
    return { heat, enlarged: enlarge(heat, 32, 32) };
  },
  async occlusion({ id, classIndex, size, strides }, report) {
    return occlusion(network.layers, picture, classIndex, { size, strides }, async (share) => {
      report(share);
      await pause(); // lets newer requests in
      if (newest > id) throw new Error("stopped");
    });
  },
};

self.onmessage = async ({ data: request }) => {
  const { id, kind } = request;
  if (kind === "run" || kind === "occlusion") newest = id;
  try {
    const result = await answers[kind](request, (progress) => self.postMessage({ id, progress }));
    self.postMessage({ id, result });
  } catch (error) {
    self.postMessage({ id, error: error.message });
  }
};
