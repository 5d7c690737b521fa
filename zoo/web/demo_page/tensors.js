/** Between what a canvas holds (RGBA) and what the model takes and gives. Pictures as in resize.js. */

/** An RGBA picture as one of `channels`: 3, or 1 for grey (ITU-R 601 luma, as Pillow rounds it). */
export function withChannels({ width, height, data }, channels) {
  const pixels = new Uint8ClampedArray(width * height * channels);
  for (let from = 0, to = 0; to < pixels.length; from += 4) {
    if (channels === 1) {
      pixels[to++] = (data[from] * 19595 + data[from + 1] * 38470 + data[from + 2] * 7471 + 0x8000) >> 16;
    } else {
      for (let k = 0; k < 3; k++) pixels[to++] = data[from + k];
    }
  }
  return { width, height, channels, data: pixels };
}

/** A picture of 1 or 3 channels as RGBA, the canvas's kind. */
export function withAlpha({ width, height, channels, data }) {
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  const step = channels === 1 ? 0 : 1;
  for (let from = 0, to = 0; to < pixels.length; from += channels, to += 4) {
    for (let k = 0; k < 3; k++) pixels[to + k] = data[from + k * step];
  }
  return { width, height, data: pixels };
}

/** 8 bits to the numbers of a tensor: 0 becomes the range's low end, 255 its high end. */
export function toFloats(data, [low, high]) {
  const step = 255 / (high - low);
  const numbers = new Float32Array(data.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = data[i] / step + low;
  return numbers;
}

/** The numbers of a tensor to 8 bits; the array that takes them rounds, and clips what is beyond. */
export function toLevels(values, [low, high]) {
  const step = 255 / (high - low);
  const levels = new Uint8ClampedArray(values.length);
  for (let i = 0; i < levels.length; i++) levels[i] = (values[i] - low) * step;
  return levels;
}

/** `count` pictures, one after another in `data`, in rows and columns beside each other. */
export function sheet({ width, height, channels, data }, count) {
  if (count === 1) return { width, height, channels, data };
  const columns = Math.ceil(Math.sqrt(count));
  const whole = { width: width * columns, height: height * Math.ceil(count / columns), channels };
  whole.data = new Uint8ClampedArray(whole.width * whole.height * channels).fill(255);
  for (let i = 0; i < count; i++) {
    const left = (i % columns) * width;
    const top = Math.floor(i / columns) * height;
    for (let y = 0; y < height; y++) {
      const start = (i * height + y) * width * channels;
      const row = data.subarray(start, start + width * channels);
      whole.data.set(row, ((top + y) * whole.width + left) * channels);
    }
  }
  return whole;
}
