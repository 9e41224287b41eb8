// From a picture of any size to 32 x 32 pixels, with numbers from 0 to 1.

const SIZE = 32;
const LARGEST_FILE = 50e6; // bytes
const LARGEST_SIDE = 1024; // a larger picture is first reduced by the browser

// Decode a file; what cannot be shown is refused in words.
export async function readFile(file) {
  if (file.size === 0) throw new Error(`${file.name} is empty: choose another picture.`);
  if (file.size > LARGEST_FILE) {
    throw new Error(`${file.name} has ${Math.round(file.size / 1e6)} MB: choose a picture of at most 50 MB.`);
  }
  try {
    return await createImageBitmap(file);
  } catch {
    const heic = /\.hei[cf]$/i.test(file.name) || /hei[cf]/.test(file.type);
    throw new Error(
      heic
        ? `${file.name} is a HEIC picture, which this browser cannot open: save it as JPEG first.`
        : `${file.name} is no picture that this browser can open, or it is damaged: choose a JPEG or PNG.`,
    );
  }
}

// Take the middle square of something that can be drawn, and average its pixels.
export function shrink(source, width, height) {
  const side = Math.min(width, height);
  if (!side) throw new Error("This picture has no pixels: choose another.");
  const drawn = Math.min(side, LARGEST_SIDE);
  const canvas = new OffscreenCanvas(drawn, drawn);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white"; // shows through where the picture is transparent
  context.fillRect(0, 0, drawn, drawn);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, (width - side) / 2, (height - side) / 2, side, side, 0, 0, drawn, drawn);
  return average(context.getImageData(0, 0, drawn, drawn).data, drawn);
}

// Average squares of drawn / 32 pixels a side; where a pixel lies in two squares, it counts by its share.
function average(pixels, drawn) {
  const rows = Array.from({ length: SIZE }, (_, index) => shares(index, drawn));
  const data = new Float32Array(SIZE * SIZE * 3);
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      for (const [y, high] of rows[row]) {
        for (const [x, wide] of rows[column]) {
          for (let color = 0; color < 3; color++) {
            data[(row * SIZE + column) * 3 + color] += (high * wide * pixels[(y * drawn + x) * 4 + color]) / 255;
          }
        }
      }
    }
  }
  return data;
}

// The pixels along one side of square `index`, each with its share of the square; the shares add up to 1.
function shares(index, drawn) {
  const scale = drawn / SIZE;
  const [start, end] = [index * scale, (index + 1) * scale];
  const found = [];
  for (let pixel = Math.floor(start); pixel < Math.min(Math.ceil(end), drawn); pixel++) {
    const share = (Math.min(end, pixel + 1) - Math.max(start, pixel)) / scale;
    if (share > 1e-9) found.push([pixel, share]);
  }
  return found;
}
