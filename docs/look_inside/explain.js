// Three answers to "why?", written as in the chapters 11 and 12.

import { back, forward, placement, rectify, softmax, zeros } from "./network.js";

// What a rectifier passes on the way down. The gradient asks whether its input was positive, the deconvnet
// whether the signal is.
const gradientRule = (signal, output) => ({
  shape: signal.shape,
  data: signal.data.map((value, index) => (output.data[index] > 0 ? value : 0)),
});
const deconvnetRule = (signal) => rectify(signal);

// Project one number of one map down to the pixels (Zeiler and Fergus, 2014).
export function deconvnet(steps, index, map, row, column) {
  const { output } = steps[index];
  const place = (row * output.shape[1] + column) * output.shape[2] + map;
  let signal = zeros(output.shape);
  signal.data[place] = output.data[place];
  for (let step = index; step >= 0; step--) signal = back(steps[step], signal, deconvnetRule);
  return signal;
}

// Weight the maps of the last convolution by what they do for a class (Selvaraju and others, 2017).
export function gradCam(steps, classIndex) {
  const last = steps.map((step) => step.layer.kind).lastIndexOf("convolution");
  let signal = zeros(steps.at(-1).output.shape);
  signal.data[classIndex] = 1;
  for (let step = steps.length - 1; step > last; step--) signal = back(steps[step], signal, gradientRule);
  const { output } = steps[last];
  const [height, width, channels] = output.shape;
  const weights = new Float64Array(channels);
  signal.data.forEach((value, index) => (weights[index % channels] += value / (height * width)));
  const heat = zeros([height, width, 1]);
  output.data.forEach((value, index) => (heat.data[Math.floor(index / channels)] += value * weights[index % channels]));
  const positive = rectify(heat);
  const largest = Math.max(...positive.data);
  if (largest > 0) positive.data.forEach((value, index) => (positive.data[index] = value / largest));
  return positive;
}

// Cover squares with gray, and note by how much the probability of a class falls; each pixel gets the mean over
// the squares that cover it. `report` hears the finished share, and may wait.
export async function occlusion(network, picture, classIndex, { size = 8, strides = 4 } = {}, report = () => {}) {
  const [height, width, channels] = picture.shape;
  const ask = (image) => softmax(forward(network, image).at(-1).output.data)[classIndex];
  const plain = ask(picture);
  const total = zeros([height, width, 1]);
  const count = zeros([height, width, 1]);
  const rows = range(0, height - size, strides);
  const columns = range(0, width - size, strides);
  let done = 0;
  for (const row of rows) {
    for (const column of columns) {
      const covered = { shape: picture.shape, data: Float32Array.from(picture.data) };
      const pixels = inside(row, column, size, width);
      for (const pixel of pixels) covered.data.fill(0.5, pixel * channels, (pixel + 1) * channels);
      const drop = plain - ask(covered);
      for (const pixel of pixels) {
        total.data[pixel] += drop;
        count.data[pixel] += 1;
      }
      await report(++done / (rows.length * columns.length));
    }
  }
  total.data.forEach((value, pixel) => (total.data[pixel] = value / Math.max(count.data[pixel], 1)));
  return total;
}

function range(first, last, step) {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}

function inside(row, column, size, width) {
  const places = range(0, size - 1, 1);
  return places.flatMap((r) => places.map((c) => (row + r) * width + column + c));
}

// Enlarge one map, linearly between the centers of its numbers.
export function enlarge(map, height, width) {
  const [rows, columns] = map.shape;
  const large = zeros([height, width, 1]);
  const along = (index, length, count) => {
    const place = Math.min(Math.max(((index + 0.5) * count) / length - 0.5, 0), count - 1);
    const low = Math.min(Math.floor(place), Math.max(count - 2, 0));
    return { low, high: Math.min(low + 1, count - 1), share: place - low };
  };
  for (let row = 0; row < height; row++) {
    const y = along(row, height, rows);
    for (let column = 0; column < width; column++) {
      const x = along(column, width, columns);
      const at = (r, c) => map.data[r * columns + c];
      const above = at(y.low, x.low) * (1 - x.share) + at(y.low, x.high) * x.share;
      const below = at(y.high, x.low) * (1 - x.share) + at(y.high, x.high) * x.share;
      large.data[row * width + column] = above * (1 - y.share) + below * y.share;
    }
  }
  return large;
}

// The largest number of a map, and its place.
export function strongest({ shape: [, width, channels], data }, map) {
  let best = map;
  for (let index = map; index < data.length; index += channels) {
    if (data[index] > data[best]) best = index;
  }
  const place = Math.floor(best / channels);
  return { value: data[best], row: Math.floor(place / width), column: place % width };
}

// The pixels that can change the number at `row` and `column`: {top, left, height, width}, within the picture.
export function receptiveField(steps, index, row, column) {
  const [height, width] = steps[0].input.shape;
  const [top, bottom] = reach(row, 0);
  const [left, right] = reach(column, 1);
  return { top, left, height: bottom - top + 1, width: right - left + 1 };

  function reach(place, axis) {
    let [first, last] = [place, place];
    for (const { layer, input } of steps.slice(0, index + 1).reverse()) {
      if (!layer.strides) continue;
      const window = layer.window ?? layer.kernel.shape[0];
      const { before } = placement(input.shape[axis], window, layer.strides);
      first = first * layer.strides - before;
      last = last * layer.strides - before + window - 1;
    }
    return [Math.max(first, 0), Math.min(last, (axis ? width : height) - 1)];
  }
}

// What one number of a map is made of: for a convolution, the product of each pixel under the window with its
// weight; for a pooling, the numbers under the window. `products` are sorted as [row, column, channel].
export function composition(step, map, row, column) {
  const { layer, input, output } = step;
  const window = layer.kind === "convolution" ? layer.kernel.shape[0] : layer.window;
  const [height, width, channels] = input.shape;
  const top = row * layer.strides - placement(height, window, layer.strides).before;
  const left = column * layer.strides - placement(width, window, layer.strides).before;
  const read = (r, c, channel) =>
    r < 0 || c < 0 || r >= height || c >= width ? null : input.data[(r * width + c) * channels + channel];
  const value = output.data[(row * output.shape[1] + column) * output.shape[2] + map];
  const found = { kind: layer.kind, top, left, window, value };
  if (layer.kind === "pooling") {
    return { ...found, channels: [channelOf(map)] };
  }
  const filters = layer.kernel.shape[3];
  const all = Array.from({ length: channels }, (_, channel) => channelOf(channel));
  return { ...found, bias: layer.bias.data[map], channels: all };

  function channelOf(channel) {
    const cells = range(0, window - 1, 1).map((r) =>
      range(0, window - 1, 1).map((c) => {
        const pixel = read(top + r, left + c, channel);
        if (layer.kind === "pooling") return { pixel };
        const weight = layer.kernel.data[((r * window + c) * channels + channel) * filters + map];
        return { pixel, weight, product: (pixel ?? 0) * weight };
      }),
    );
    const sum = cells.flat().reduce((total, cell) => total + (cell.product ?? 0), 0);
    return { channel, cells, sum };
  }
}
