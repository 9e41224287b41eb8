// Numbers as colors, on a canvas.

// 0 is dark, the largest number light.
const DARK_TO_LIGHT = [[10, 16, 40], [34, 78, 140], [60, 150, 150], [170, 205, 110], [255, 246, 180]];
// Negative numbers blue, 0 white, positive ones orange.
const SIGNED = [[20, 80, 170], [150, 190, 235], [255, 255, 255], [250, 180, 110], [200, 75, 10]];

function between(colors, share) {
  const place = Math.min(Math.max(share, 0), 1) * (colors.length - 1);
  const low = Math.min(Math.floor(place), colors.length - 2);
  return colors[low].map((value, index) => value + (place - low) * (colors[low + 1][index] - value));
}

export function paint(canvas, height, width, colorOf) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let pixel = 0; pixel < height * width; pixel++) {
    image.data.set([...colorOf(pixel), 255], pixel * 4);
  }
  context.putImageData(image, 0, 0);
}

export function paintPicture(canvas, { shape: [height, width], data }) {
  paint(canvas, height, width, (pixel) => [0, 1, 2].map((color) => 255 * data[pixel * 3 + color]));
}

export function paintMap(canvas, { shape: [height, width, channels], data }, map, largest) {
  paint(canvas, height, width, (pixel) => between(DARK_TO_LIGHT, data[pixel * channels + map] / (largest || 1)));
}

// A part of a picture, enlarged to its whole canvas.
export function paintPart(canvas, data, { top, left, height, width }) {
  paint(canvas, height, width, (pixel) => {
    const place = (top + Math.floor(pixel / width)) * 32 + left + (pixel % width);
    return [0, 1, 2].map((color) => 255 * data[place * 3 + color]);
  });
}

// A projection: 0 is gray, and the number farthest from 0 reaches black or white.
export function paintProjection(canvas, { shape: [height, width], data }) {
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  paint(canvas, height, width, (pixel) =>
    [0, 1, 2].map((color) => 255 * (0.5 + data[pixel * 3 + color] / (2 * largest))),
  );
}

// A heat map over the picture in gray. Returns the number that has the full color, at least `floor`.
export function paintOver(canvas, picture, { data }, signed, floor = 0) {
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), floor) || 1;
  const [height, width] = picture.shape;
  paint(canvas, height, width, (pixel) => {
    const [red, green, blue] = picture.data.subarray(pixel * 3, pixel * 3 + 3);
    const gray = 255 * (0.3 * red + 0.59 * green + 0.11 * blue);
    const share = data[pixel] / largest;
    const color = signed ? between(SIGNED, (share + 1) / 2) : between(DARK_TO_LIGHT, share);
    return color.map((value) => 0.45 * gray + 0.55 * value);
  });
  return largest;
}

// A frame around rows and columns from `top`, `left`, drawn in pixels finer than the picture's: about 256 a side.
export function frame(canvas, top, left, height, width) {
  const scale = Math.round(256 / canvas.width);
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  copy.getContext("2d").drawImage(canvas, 0, 0);
  canvas.width *= scale;
  canvas.height *= scale;
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(copy, 0, 0, canvas.width, canvas.height);
  for (const [color, wide] of [["black", 5], ["white", 2]]) {
    context.strokeStyle = color;
    context.lineWidth = wide;
    context.strokeRect(left * scale, top * scale, width * scale, height * scale);
  }
}
