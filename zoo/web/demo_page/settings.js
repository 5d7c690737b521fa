/** What the user sets besides images, as the contract's inputs say: choices, amounts, noise, size. */

import { element, readable } from "./elements.js";
import { normals } from "./noise.js";

const MOST_BUTTONS = 12; // values beyond this number come as a list
const COUNTS = [1, 4, 9, 16];
const SEEDS = 1_000_000;

export class Settings {
  /** How many pictures are drawn. */
  count = 1;
  /** Whether pictures are fitted to the size of training. */
  fitted = true;

  #inputs = []; // {name, row: () => numbers} of each choice and amount
  #noises = [];
  #seed = null;

  /**
   * @param form is filled.
   * @param contract of the bundle.
   * @param changed called when anything is set.
   */
  constructor(form, contract, changed) {
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", changed);
    const label = (port) => contract.conditions?.find((each) => each.input === port.name)?.name ?? port.name;
    for (const port of contract.inputs) {
      if (port.kind === "choice") form.append(this.#choice(port, readable(label(port))));
      if (port.kind === "amount") form.append(this.#amount(port, readable(label(port))));
      if (port.kind === "noise") this.#noises.push(port);
    }
    const translates = contract.inputs.some((port) => port.kind === "picture");
    if (this.#noises.length) form.append(this.#noise(translates ? "New style" : "Draw again", changed));
    if (!translates) form.append(this.#counts());
    else if (!contract.size.fixed) form.append(this.#size(contract.size));
  }

  /** Float32Array (count × length) by the names of the inputs that are not images. */
  rows() {
    const arrays = {};
    for (const { name, row } of this.#inputs) {
      arrays[name] = Float32Array.from(Array(this.count).fill(row()).flat());
    }
    const width = this.#noises.reduce((sum, port) => sum + port.shape[1], 0);
    const drawn = this.#seed ? normals(Number(this.#seed.value), this.count * width) : [];
    let start = 0; // each picture has its numbers together, so that the first ones stay as more are drawn
    for (const port of this.#noises) {
      const length = port.shape[1];
      const rows = new Float32Array(this.count * length);
      for (let i = 0; i < this.count; i++) {
        rows.set(drawn.subarray(i * width + start, i * width + start + length), i * length);
      }
      arrays[port.name] = rows;
      start += length;
    }
    return arrays;
  }

  #choice(port, title) {
    const options = port.values.map((value, i) => ({ text: value, value: i }));
    if (port.optional) options.unshift({ text: "as it is", value: -1 });
    let chosen = options[0].value;
    const choose = (value) => (chosen = Number(value));
    this.#inputs.push({ name: port.name, row: () => port.values.map((_, i) => Number(i === chosen)) });
    return choices(port.name, title, "", options, choose);
  }

  #amount(port, title) {
    const id = `amount-${port.name}`;
    const slider = element("input", { type: "range", id, min: -1, max: 2, step: 0.05, value: 1 });
    const shown = element("output", { htmlFor: id });
    const show = () => {
      shown.textContent = Number(slider.value).toFixed(2);
      slider.setAttribute("aria-valuetext", `${shown.textContent}; 0 is ${port.low}, 1 is ${port.high}`);
    };
    slider.addEventListener("input", show);
    show();
    this.#inputs.push({ name: port.name, row: () => [Number(slider.value)] });
    return element(
      "div",
      { className: "setting" },
      element("label", { htmlFor: id, className: "title" }, title, shown),
      slider,
      element("div", { className: "ends" }, element("span", {}, port.low), element("span", {}, port.high)),
      element("p", { className: "note" }, "Beyond the marks it exaggerates."),
    );
  }

  #noise(word, changed) {
    this.#seed = element("input", { type: "number", id: "seed", min: 0, max: SEEDS - 1, value: 0, required: true });
    const anew = element("button", { type: "button", id: "anew" }, word);
    anew.addEventListener("click", () => {
      this.#seed.value = Math.floor(Math.random() * SEEDS);
      changed();
    });
    return element(
      "div",
      { className: "setting" },
      element("label", { htmlFor: "seed", className: "title" }, this.#noises.map((port) => readable(port.name)).join(", ")),
      element("div", { className: "together" }, anew, this.#seed),
      element("p", { className: "note" }, "The number is the seed: the same seed gives the same result."),
    );
  }

  #counts() {
    const options = COUNTS.map((count) => ({ text: String(count), value: count }));
    return choices("count", "How many", "", options, (value) => (this.count = Number(value)));
  }

  #size({ height, width }) {
    const options = [
      { text: `fitted to ${height} × ${width}`, value: 1 },
      { text: "its own", value: 0 },
    ];
    const note = "Height × width. The model was trained at this size and is best near it.";
    return choices("size", "Size inside the model", note, options, (value) => (this.fitted = value === "1"));
  }
}

/** One of several options: buttons, or a list where there are many. */
function choices(name, title, text, options, choose) {
  const note = text ? [element("p", { className: "note" }, text)] : [];
  if (options.length > MOST_BUTTONS) {
    const id = `choice-${name}`;
    const list = element("select", { id }, ...options.map(({ text, value }) => element("option", { value }, text)));
    list.addEventListener("input", () => choose(list.value));
    const label = element("label", { htmlFor: id, className: "title" }, title);
    return element("div", { className: "setting" }, label, list, ...note);
  }
  const buttons = options.map(({ text, value }, i) => {
    const radio = element("input", { type: "radio", name: `choice-${name}`, value, checked: i === 0 });
    radio.addEventListener("input", () => choose(radio.value));
    return element("label", { className: "option" }, radio, element("span", {}, text));
  });
  const legend = element("legend", { className: "title" }, title);
  return element("fieldset", { className: "setting" }, legend, element("div", { className: "options" }, ...buttons), ...note);
}
