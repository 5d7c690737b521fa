/** The page: reads the contract, builds what it asks for, and shows what the engine makes. */

import { element, readable } from "./elements.js";
import { Engine } from "./engine.js";
import { PicturePanel } from "./picture_panel.js";
import { Settings } from "./settings.js";

const at = (id) => document.getElementById(id);
const canvas = at("result").querySelector("canvas");
let clock = null;
let saved = "picture"; // what the file of the result is called

start().catch((error) => fail(`The page could not start: ${error.message}. Load it again.`));

async function start() {
  const [contract, page] = await Promise.all([json("contract.json"), json("page.json")]);
  for (const port of contract.inputs) port.kind ??= "picture"; // bundles of format 1 leave it out
  describe(contract);

  const ports = contract.inputs.filter((port) => port.kind === "picture");
  const panels = ports.map((port, i) => new PicturePanel(port, page.examples[i] ?? [], ask, fail));
  at("work").classList.toggle("draws", !ports.length);
  at("result").before(...panels.map((panel) => panel.figure));
  const settings = new Settings(at("settings"), contract, ask);
  const engine = new Engine(contract, heard);
  let opened = false;

  function ask() {
    at("fault").textContent = "";
    if (!at("settings").checkValidity()) return fail("The seed must be an integer from 0 to 999999.");
    const missing = panels.filter((panel) => !panel.picture);
    if (missing.length) return say(missing.map((panel) => wanted(panel.port)).join(" "));
    engine.run({
      pictures: Object.fromEntries(panels.map((panel) => [panel.port.name, panel.picture])),
      rows: settings.rows(),
      count: settings.count,
      fitted: settings.fitted || contract.size.fixed,
      name: `${panels[0]?.name ?? "drawn"}-${contract.usage?.name ?? "translate"}`,
    });
  }

  function heard(message) {
    busy(message.kind === "working");
    switch (message.kind) {
      case "fetching":
        say(`Fetching the model: ${megabytes(message)}.`);
        if (message.total) at("progress").value = message.loaded / message.total;
        break;
      case "starting":
        say("Starting the model.");
        at("progress").removeAttribute("value");
        break;
      case "ready":
        at("progress").hidden = true;
        say("Ready.");
        at("about").lastChild.textContent = threads(message.threads);
        if (!opened) ask(); // later it reopens after what was stopped or failed, and that is not repeated
        opened = true;
        break;
      case "working":
        say("Working.");
        break;
      case "result":
        show(message.picture, message.job.name);
        say(`Done in ${message.seconds.toFixed(message.seconds < 10 ? 2 : 0)} seconds.`);
        break;
      case "stopped":
        say("Stopped.");
        break;
      case "failed":
        at("progress").hidden = true;
        say(message.opening ? "The model could not be loaded." : "There is no result.");
        fail(explained(message, contract));
    }
  }

  at("stop").addEventListener("click", () => engine.stop());
  at("save").addEventListener("click", save);
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => event.preventDefault()); // or a missed drop leaves the page
  }
}

async function json(name) {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name} was not served (${response.status})`);
  return response.json();
}

function describe(contract) {
  const meaning = readable(contract.usage?.meaning ?? contract.outputs[0].meaning ?? "Try the model");
  document.title = meaning;
  at("title").textContent = meaning;
  at("model").textContent = [contract.model, contract.usage?.name].filter(Boolean).join(" · ");
  const { height, width } = contract.size;
  document.documentElement.style.setProperty("--aspect", `${width} / ${height}`);
  const facts = [`Trained at ${height} × ${width}.`];
  if (contract.licence?.weights) facts.push(`Licence of the weights: ${contract.licence.weights}.`);
  at("about").replaceChildren(element("span", {}, `${facts.join(" ")} `), element("span", {}));
}

const wanted = (port) => `Choose a picture: ${port.meaning ?? readable(port.name)}.`;

const megabytes = ({ loaded, total }) =>
  `${(loaded / 1e6).toFixed(1)}${total ? ` of ${(total / 1e6).toFixed(1)}` : ""} MB`;

const threads = (count) =>
  count > 1 ? `Runs on ${count} threads.` : "Runs on one thread: more need a server and a browser that isolate the page.";

function explained({ opening, reason }, contract) {
  if (opening) return `The model could not be opened: ${reason}. Load the page again.`;
  if (/alloc|memory|abort|out of bounds/i.test(reason) && !contract.size.fixed) {
    return "The browser ran out of memory: let the picture be fitted, or take a smaller one.";
  }
  return `The model failed: ${reason}. Try another picture.`;
}

function show({ width, height, data }, name) {
  Object.assign(canvas, { width, height, hidden: false });
  canvas.getContext("2d").putImageData(new ImageData(data, width, height), 0, 0);
  at("result").querySelector(".hint").hidden = true;
  at("measure").textContent = `${width} × ${height}`;
  at("save").disabled = false;
  saved = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "_"); // part of it is from the contract
}

function save() {
  canvas.toBlob((blob) => {
    const address = URL.createObjectURL(blob);
    element("a", { href: address, download: `${saved}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser may still be asking where to
  }, "image/png");
}

function say(text) {
  at("status").textContent = text;
}

function fail(text) {
  at("fault").textContent = text;
}

/** While the model works: a clock that is seen but not read out, and a way to stop. */
function busy(working) {
  at("result").setAttribute("aria-busy", String(working));
  at("stop").hidden = !working;
  clearInterval(clock);
  at("clock").textContent = "";
  if (!working) return;
  const begun = performance.now();
  clock = setInterval(() => {
    at("clock").textContent = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  }, 100);
}
