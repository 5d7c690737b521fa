// ONNX Runtime Web (WebAssembly): npm install onnxruntime-web. In a page beside model.onnx; a page without
// a bundler imports the package's dist/ort.wasm.bundle.min.mjs by its path.
import * as ort from "onnxruntime-web";

ort.env.wasm.numThreads = 1; // more need a page that is isolated from other origins
const session = await ort.InferenceSession.create("model.onnx");

/** { name in contract.json: { data: Float32Array, shape } } → { data, dims } of the images that come out. */
export async function run(inputs) {
  const tensors = {};
  for (const [name, { data, shape }] of Object.entries(inputs)) {
    tensors[name] = new ort.Tensor("float32", data, shape);
  }
  return (await session.run(tensors))[session.outputNames[0]];
}
