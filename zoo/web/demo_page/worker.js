/** Fetches the model and runs it, off the page's own thread. See engine.js for the messages. */

import { InferenceSession, Tensor, env } from "./runtime/ort.wasm.min.js";
import { fit, unfit } from "./resize.js";
import { sheet, toFloats, toLevels, withAlpha, withChannels } from "./tensors.js";

const MOST_THREADS = 8; // more gain little, and each takes memory

const runtime = (name) => new URL(`./runtime/${name}`, import.meta.url).href;
env.wasm.wasmPaths = {
  mjs: runtime("ort-wasm-simd-threaded.js"),
  wasm: runtime("ort-wasm-simd-threaded.wasm"),
};
// Threads share memory, which browsers allow only to pages whose server isolates them.
env.wasm.numThreads = self.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, MOST_THREADS) : 1;
env.logLevel = "error";

let contract;
let session;

self.onmessage = async ({ data: { kind, ...message } }) => {
  try {
    if (kind === "open") await open(message.contract);
    else await run(message);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    self.postMessage({ kind: "failed", opening: kind === "open", reason });
  }
};

async function open(given) {
  contract = given;
  const bytes = await fetched("model.onnx");
  self.postMessage({ kind: "starting" });
  session = await InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  self.postMessage({ kind: "ready", threads: env.wasm.numThreads });
}

/** A file's bytes; says how far it is about ten times a second. */
async function fetched(path) {
  const response = await fetch(new URL(path, import.meta.url));
  if (!response.ok) throw new Error(`${path} was not served (${response.status})`);
  const total = Number(response.headers.get("Content-Length"));
  const parts = [];
  let loaded = 0;
  let said = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    loaded += value.length;
    if (performance.now() - said > 100) {
      said = performance.now();
      self.postMessage({ kind: "fetching", loaded, total });
    }
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** One job: RGBA pictures and rows of numbers, by the inputs' names → one RGBA picture. */
async function run({ pictures, rows, count, fitted }) {
  const feeds = {};
  for (const port of contract.inputs) {
    if (Object.hasOwn(pictures, port.name)) feeds[port.name] = pictureTensor(pictures[port.name], port, fitted);
    else feeds[port.name] = new Tensor("float32", rows[port.name], [count, port.shape[1]]);
  }
  const begun = performance.now();
  const [port] = contract.outputs;
  const tensor = (await session.run(feeds, [port.name]))[port.name];
  const seconds = (performance.now() - begun) / 1000;
  const [, height, width, channels] = tensor.dims;
  const drawn = sheet({ width, height, channels, data: toLevels(tensor.data, port.range) }, count);
  tensor.dispose();
  const first = Object.values(pictures)[0];
  const picture = withAlpha(first && fitted ? unfit(drawn, first) : drawn);
  self.postMessage({ kind: "result", picture, seconds }, [picture.data.buffer]);
}

function pictureTensor(picture, port, fitted) {
  const channels = port.shape[3];
  const seen = withChannels(picture, channels);
  const used = fitted ? fit(seen, { height: contract.size.height, width: contract.size.width }) : seen;
  return new Tensor("float32", toFloats(used.data, port.range), [1, used.height, used.width, channels]);
}
