// Calculates beside the page, so that the page answers meanwhile. A request is {id, kind, ...}; answers are
// {id, result}, {id, error}, or {id, progress}.

import { composition, deconvnet, enlarge, gradCam, occlusion, receptiveField, strongest } from "./explain.js";
import { forward, softmax } from "./network.js";
import { loadNetwork } from "./weights.js";

let network;
let picture;
let steps;
const remembered = new Map(); // name of a picture: of each layer, the largest number of each map
let newest = 0; // a request for another picture or class ends an occlusion that is under way
const ENDING = ["run", "gradCam", "occlusion"];

const find = (layer) => steps.findIndex((step) => step.layer.name === layer);
const isShown = ({ kind }) => kind === "convolution" || kind === "pooling";
const pause = () => new Promise((resolve) => setTimeout(resolve));

const answers = {
  async load(_, report) {
    network = await loadNetwork(new URL("./", self.location).href, (done, all) => report(done / all));
    const layers = network.layers.filter(isShown).map(({ name, kind, window, strides, kernel }) => {
      return { name, kind, strides, window: window ?? kernel.shape[0] };
    });
    const rescaling = network.layers.find(({ kind }) => kind === "rescaling");
    return { classNames: network.classNames, layers, rescaling };
  },
  run({ data }) {
    picture = { shape: [32, 32, 3], data };
    steps = forward(network.layers, picture);
    return softmax(steps.at(-1).output.data);
  },
  // So that the largest numbers of a map in all pictures are at hand.
  remember({ name, data }) {
    const all = forward(network.layers, { shape: [32, 32, 3], data }).filter((step) => isShown(step.layer));
    const peaksOf = ({ output }) => Array.from({ length: output.shape[2] }, (_, map) => strongest(output, map));
    remembered.set(name, new Map(all.map((step) => [step.layer.name, peaksOf(step)])));
  },
  peaks: ({ layer, map }) =>
    [...remembered].map(([name, peaks]) => {
      const peak = peaks.get(layer)[map];
      return { name, ...peak, field: receptiveField(steps, find(layer), peak.row, peak.column) };
    }),
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
  if (ENDING.includes(kind)) newest = id;
  try {
    const result = await answers[kind](request, (progress) => self.postMessage({ id, progress }));
    self.postMessage({ id, result });
  } catch (error) {
    self.postMessage({ id, error: error.message });
  }
};
