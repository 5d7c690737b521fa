/** A place for one picture: chosen, dropped or taken from the examples. */

import { element, readable } from "./elements.js";

const MOST_PIXELS = 64_000_000;
const KINDS = "choose a JPEG, PNG or WebP";

export class PicturePanel {
  /** The picture as RGBA, {width, height, data}, or null. */
  picture = null;
  /** Its file's name without the ending. */
  name = "";

  #canvas = element("canvas", { hidden: true, role: "img" });
  #note = element("p", { className: "note" });
  #hint = element("p", { className: "hint" }, "Drop a picture here, choose one, or take an example.");

  /**
   * @param port of the contract.
   * @param examples addresses of pictures that may be taken.
   * @param changed called when there is another picture.
   * @param failed called with a sentence when there is none.
   */
  constructor(port, examples, changed, failed) {
    this.port = port;
    this.changed = changed;
    this.failed = failed;
    const title = readable(port.name);
    this.#canvas.setAttribute("aria-label", title);
    const file = element("input", { type: "file", accept: "image/*", id: `file-${port.name}` });
    file.addEventListener("change", () => {
      if (file.files.length) this.#take(file.files[0], file.files[0].name);
      file.value = ""; // so that the same file may be chosen again
    });
    const frame = element("div", { className: "frame" }, this.#hint, this.#canvas);
    this.figure = element(
      "figure",
      { className: "panel" },
      element("figcaption", {}, title, element("small", {}, port.meaning)),
      frame,
      this.#note,
      element(
        "div",
        { className: "below" },
        element("div", { className: "choose" }, file, element("label", { htmlFor: file.id }, "Choose a picture")),
        ...(examples.length ? [this.#examples(examples, title)] : []),
      ),
    );
    if (!examples.length) this.#hint.textContent = "Drop a picture here, or choose one.";
    this.#acceptDrops(frame);
  }

  #examples(examples, title) {
    const buttons = examples.map((address, i) => {
      const image = element("img", { src: address, alt: "", loading: "lazy" });
      const button = element("button", { type: "button", "aria-label": `Example ${i + 1} for ${title}` }, image);
      button.addEventListener("click", async () => {
        const response = await fetch(address);
        this.#take(await response.blob(), address.split("/").pop());
      });
      return button;
    });
    return element("div", { className: "examples" }, ...buttons);
  }

  #acceptDrops(frame) {
    const mark = (over) => frame.classList.toggle("over", over);
    frame.addEventListener("dragover", () => mark(true));
    frame.addEventListener("dragleave", () => mark(false));
    frame.addEventListener("drop", (event) => {
      mark(false);
      const [file] = event.dataTransfer.files;
      if (file) this.#take(file, file.name);
      else this.failed("That is not an image file: save it first, then choose it.");
    });
  }

  async #take(blob, name) {
    let bitmap;
    try {
      bitmap = await createImageBitmap(blob);
    } catch {
      this.failed(`${name} is not an image that this browser can read: ${KINDS}.`);
      return;
    }
    const { width, height } = bitmap;
    if (width * height > MOST_PIXELS) {
      const millions = Math.round((width * height) / 1e6);
      this.failed(`${name} has ${millions} million pixels, and the limit is 64: scale it down first.`);
      return;
    }
    Object.assign(this.#canvas, { width, height, hidden: false });
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    try {
      this.picture = { width, height, data: context.getImageData(0, 0, width, height).data };
    } catch {
      this.failed(`${name} is too large for this browser, ${width} × ${height}: scale it down first.`);
      return;
    }
    this.name = name.replace(/\.[^.]*$/, "");
    this.#hint.hidden = true;
    this.#note.textContent = `${name}, ${width} × ${height}`;
    this.changed();
  }
}
