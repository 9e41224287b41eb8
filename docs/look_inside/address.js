// What is chosen stands in the address of the page, so that a view can be linked to.

// Where nothing is chosen, the page takes the first picture and layer, the map and the place with the largest
// number, and the class that the network answers.
const START = {
  picture: "",
  layer: "",
  map: null,
  row: null,
  column: null,
  class: null,
  cover: 0, // 1: occlusion is shown
  part: "", // picture, layer, number, sum, patches or why: what to scroll to
  tour: 0, // the step of the tour
};

export const state = { ...START };

// Read what is chosen; what cannot be is brought into range, here or where the range is known.
export function readAddress({ layers, classNames, tour }) {
  Object.assign(state, START);
  for (const [name, text] of new URLSearchParams(location.hash.slice(1))) {
    if (!Object.hasOwn(START, name)) continue;
    const number = Number.parseInt(text, 10);
    state[name] = typeof START[name] === "string" ? text : Number.isNaN(number) ? START[name] : number;
  }
  if (!layers.some(({ name }) => name === state.layer)) state.layer = layers[0].name;
  if (state.class !== null) state.class = within(state.class, classNames.length);
  if (!tour[state.tour - 1]) state.tour = 0;
}

export function writeAddress() {
  const chosen = Object.entries(state).filter(([name, value]) => value !== START[name]);
  history.replaceState(null, "", `#${new URLSearchParams(chosen)}`);
}

// The nearest of 0, 1, ... length - 1.
export const within = (number, length) => Math.min(Math.max(number, 0), length - 1);
