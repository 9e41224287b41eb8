// The arithmetic of a convolutional network, on plain arrays.
//
// A signal is {shape: [height, width, channels], data: Float32Array}; the number at (row, column, channel)
// stands at data[(row * width + column) * channels + channel]. A kernel has the shape
// [height, width, channels, filters], in the same order.

export function zeros(shape) {
  return { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}

// Where windows start with padding "same": as many on both sides, and one more at the end if it is odd.
export function placement(size, window, strides) {
  const count = Math.ceil(size / strides);
  const missing = Math.max((count - 1) * strides + window - size, 0);
  return { count, before: Math.floor(missing / 2) };
}

// Call visit(output position, input position, kernel position) for each pixel under each window.
function slide(inputShape, window, strides, visit) {
  const [height, width] = inputShape;
  const down = placement(height, window, strides);
  const across = placement(width, window, strides);
  for (let row = 0; row < down.count; row++) {
    for (let column = 0; column < across.count; column++) {
      for (let r = 0; r < window; r++) {
        const y = row * strides - down.before + r;
        if (y < 0 || y >= height) continue; // the padding is 0
        for (let c = 0; c < window; c++) {
          const x = column * strides - across.before + c;
          if (x < 0 || x >= width) continue;
          visit(row * across.count + column, y * width + x, r * window + c);
        }
      }
    }
  }
}

// Chapter 01's convolution, with channels: each output is the sum of the products under its window.
export function convolve(input, { kernel, bias, strides }) {
  const [window, , channels, filters] = kernel.shape;
  const [height, width] = input.shape;
  const size = [height, width].map((length) => placement(length, window, strides).count);
  const output = zeros([...size, filters]);
  for (let start = 0; start < output.data.length; start += filters) output.data.set(bias.data, start);
  slide(input.shape, window, strides, (to, from, place) => {
    for (let channel = 0; channel < channels; channel++) {
      const value = input.data[from * channels + channel];
      if (value === 0) continue; // after a rectifier, many are
      const weights = (place * channels + channel) * filters;
      for (let filter = 0; filter < filters; filter++) {
        output.data[to * filters + filter] += value * kernel.data[weights + filter];
      }
    }
  });
  return output;
}

// The way back: each output hands its signal to the pixels under its window, by the same weights.
export function convolveBack(signal, { kernel, strides }, inputShape) {
  const [window, , channels, filters] = kernel.shape;
  const input = zeros(inputShape);
  slide(inputShape, window, strides, (to, from, place) => {
    for (let filter = 0; filter < filters; filter++) {
      const value = signal.data[to * filters + filter];
      if (value === 0) continue;
      for (let channel = 0; channel < channels; channel++) {
        const weight = kernel.data[(place * channels + channel) * filters + filter];
        input.data[from * channels + channel] += value * weight;
      }
    }
  });
  return input;
}

// The largest number in each window, and its switch: where in the input it was found.
export function maxPool(input, { window, strides }) {
  const channels = input.shape[2];
  const size = [0, 1].map((axis) => placement(input.shape[axis], window, strides).count);
  const output = zeros([...size, channels]);
  output.data.fill(-Infinity);
  const switches = new Int32Array(output.data.length);
  slide(input.shape, window, strides, (to, from) => {
    for (let channel = 0; channel < channels; channel++) {
      const value = input.data[from * channels + channel];
      if (value > output.data[to * channels + channel]) {
        output.data[to * channels + channel] = value;
        switches[to * channels + channel] = from * channels + channel;
      }
    }
  });
  return { output, switches };
}

// Each number goes back to its switch; numbers that share one add up.
export function unpool(signal, switches, inputShape) {
  const input = zeros(inputShape);
  for (let place = 0; place < signal.data.length; place++) input.data[switches[place]] += signal.data[place];
  return input;
}

export function connect(input, { kernel, bias }) {
  const units = kernel.shape[1];
  const output = { shape: [units], data: Float32Array.from(bias.data) };
  for (let index = 0; index < input.data.length; index++) {
    const value = input.data[index];
    if (value === 0) continue;
    for (let unit = 0; unit < units; unit++) output.data[unit] += value * kernel.data[index * units + unit];
  }
  return output;
}

export function connectBack(signal, { kernel }, inputShape) {
  const units = kernel.shape[1];
  const input = zeros(inputShape);
  for (let index = 0; index < input.data.length; index++) {
    let sum = 0;
    for (let unit = 0; unit < units; unit++) sum += signal.data[unit] * kernel.data[index * units + unit];
    input.data[index] = sum;
  }
  return input;
}

export function rectify(signal) {
  return { shape: signal.shape, data: signal.data.map((value) => Math.max(value, 0)) };
}

export function softmax(scores) {
  const largest = Math.max(...scores);
  const powers = Array.from(scores, (score) => Math.exp(score - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

// Send a picture [32, 32, 3] with numbers from 0 to 1 through all layers. Each step keeps its layer, input,
// output and, after pooling, its switches. The output of the last step is the scores, before the softmax.
export function forward(network, picture) {
  const steps = [];
  let input = picture;
  for (const layer of network) {
    const step = { layer, input };
    if (layer.kind === "rescaling") {
      step.output = { shape: input.shape, data: input.data.map((v) => v * layer.scale + layer.offset) };
    } else if (layer.kind === "pooling") {
      Object.assign(step, maxPool(input, layer));
    } else {
      const sums = layer.kind === "convolution" ? convolve(input, layer) : connect(input, layer);
      step.output = layer.rectified ? rectify(sums) : sums;
    }
    steps.push(step);
    input = step.output;
  }
  return steps;
}

// The last step's signal on its way down through one layer; `rule` is applied where the layer rectifies.
export function back(step, signal, rule) {
  const { layer, input } = step;
  if (layer.kind === "rescaling") {
    return { shape: input.shape, data: signal.data.map((value) => value * layer.scale) };
  }
  if (layer.kind === "pooling") return unpool(signal, step.switches, input.shape);
  const passed = layer.rectified ? rule(signal, step.output) : signal;
  const go = layer.kind === "convolution" ? convolveBack : connectBack;
  return go(passed, layer, input.shape);
}
