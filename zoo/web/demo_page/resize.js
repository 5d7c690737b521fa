/**
 * Pictures scaled as the project's own commands scale them: Pillow's bicubic filter with antialiasing.
 *
 * A picture is {width, height, channels, data}: 8 bits, row by row, channels together.
 */

const BITS = 22; // of the weights behind the point, as in Pillow
const GAP = 3; // photos are averaged by whole numbers first, down to this many times the result

/** A picture scaled to another size. */
export function resize(picture, height, width) {
  if (picture.height === height && picture.width === width) return picture;
  const byX = Math.max(Math.trunc(picture.width / width / GAP), 1);
  const byY = Math.max(Math.trunc(picture.height / height / GAP), 1);
  const small = averaged(picture, byX, byY);
  const { channels } = picture;
  const columns = taps(small.width, picture.width / byX, width);
  const rows = taps(small.height, picture.height / byY, height);
  const wide = along(small.data, small.height, small.width, channels, columns);
  const data = along(wide, 1, small.height, width * channels, rows);
  return { width, height, channels, data };
}

/** {top, left, height, width} of a picture that is scaled into `size` with its aspect kept. */
export function placement(picture, size) {
  const scale = Math.min(size.height / picture.height, size.width / picture.width);
  const height = Math.min(Math.max(rounded(picture.height * scale), 1), size.height);
  const width = Math.min(Math.max(rounded(picture.width * scale), 1), size.width);
  return {
    top: Math.floor((size.height - height) / 2),
    left: Math.floor((size.width - width) / 2),
    height,
    width,
  };
}

/** A picture scaled into `size` with its aspect kept, centred on white. */
export function fit(picture, size) {
  const place = placement(picture, size);
  const inner = resize(picture, place.height, place.width);
  if (inner.height === size.height && inner.width === size.width) return inner;
  const { channels } = picture;
  const data = new Uint8ClampedArray(size.height * size.width * channels).fill(255);
  for (let y = 0; y < place.height; y++) {
    const row = inner.data.subarray(y * place.width * channels, (y + 1) * place.width * channels);
    data.set(row, ((place.top + y) * size.width + place.left) * channels);
  }
  return { ...size, channels, data };
}

/** What was made of `fit(original)`, without the margins and at the original's size. */
export function unfit(picture, original) {
  const place = placement(original, picture);
  const { channels } = picture;
  const data = new Uint8ClampedArray(place.height * place.width * channels);
  for (let y = 0; y < place.height; y++) {
    const start = ((place.top + y) * picture.width + place.left) * channels;
    data.set(picture.data.subarray(start, start + place.width * channels), y * place.width * channels);
  }
  return resize({ width: place.width, height: place.height, channels, data }, original.height, original.width);
}

/** Means of boxes of `byX` × `byY` pixels; those at the far ends may be smaller. */
function averaged(picture, byX, byY) {
  if (byX === 1 && byY === 1) return picture;
  const { channels } = picture;
  const width = Math.ceil(picture.width / byX);
  const height = Math.ceil(picture.height / byY);
  const data = new Uint8ClampedArray(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    const bottom = Math.min((y + 1) * byY, picture.height);
    for (let x = 0; x < width; x++) {
      const right = Math.min((x + 1) * byX, picture.width);
      const count = (bottom - y * byY) * (right - x * byX);
      const share = Math.floor(2 ** 24 / count); // as Pillow divides, which rounds some means down
      for (let channel = 0; channel < channels; channel++) {
        let sum = count >> 1;
        for (let v = y * byY; v < bottom; v++) {
          for (let u = x * byX; u < right; u++) sum += picture.data[(v * picture.width + u) * channels + channel];
        }
        data[at++] = Math.floor((sum * share) / 2 ** 24);
      }
    }
  }
  return { width, height, channels, data };
}

/** For each of `count` places along a side: the first pixel that it is made of, and their weights. */
function taps(length, span, count) {
  const scale = span / count;
  const stretch = Math.max(scale, 1);
  return Array.from({ length: count }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - 2 * stretch + 0.5), 0);
    const end = Math.min(Math.trunc(centre + 2 * stretch + 0.5), length);
    const raw = Array.from({ length: end - first }, (_, k) => bicubic((first + k - centre + 0.5) / stretch));
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, weights: Int32Array.from(raw, (weight) => Math.round((weight / sum) * 2 ** BITS)) };
  });
}

function bicubic(x) {
  const far = Math.abs(x);
  if (far < 1) return (1.5 * far - 2.5) * far * far + 1;
  if (far < 2) return -0.5 * (((far - 5) * far + 8) * far - 4);
  return 0;
}

/** Values laid out as `outer` × `length` × `inner`, resampled along the middle axis. */
function along(data, outer, length, inner, places) {
  const resampled = new Uint8ClampedArray(outer * places.length * inner);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const { first, weights } of places) {
      const start = (o * length + first) * inner;
      for (let k = 0; k < inner; k++) {
        let sum = 1 << (BITS - 1);
        for (let t = 0; t < weights.length; t++) sum += data[start + t * inner + k] * weights[t];
        resampled[at++] = sum >> BITS;
      }
    }
  }
  return resampled;
}

/** Rounded as Python does it: halves go to the even number. */
function rounded(number) {
  const up = Math.round(number);
  return up - number === 0.5 && up % 2 ? up - 1 : up;
}
