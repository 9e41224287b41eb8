// The recorded network: a description of its layers, and its weights as numbers of 16 bits.

// Read a number of 16 bits: a sign, 5 bits of exponent, 10 bits of fraction.
export function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return (sign * fraction) / 2 ** 24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

// Fetch description and weights; `report` hears how many of the bytes have come.
export async function loadNetwork(address, report = () => {}) {
  const description = await (await fetched(`${address}network.json`)).json();
  const response = await fetched(`${address}weights.bin`);
  const reader = response.body.getReader();
  const bytes = new Uint8Array(description.bytes);
  for (let place = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) {
      if (place !== bytes.length) throw new Error("The file of the weights is not whole: load the page again.");
      break;
    }
    if (place + value.length > bytes.length) throw new Error("The file of the weights is too long: build the site again.");
    bytes.set(value, place);
    place += value.length;
    report(place, bytes.length);
  }
  const view = new DataView(bytes.buffer);
  let place = 0;
  const read = (shape) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    for (let index = 0; index < data.length; index++, place += 2) data[index] = fromHalf(view.getUint16(place, true));
    return { shape, data };
  };
  const layers = description.layers.map((layer) =>
    layer.kernel ? { ...layer, kernel: read(layer.kernel), bias: read(layer.bias) } : layer,
  );
  return { layers, classNames: description.class_names };
}

async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} was not found: build the site again.`);
  return response;
}
