// ONNX Runtime for Node.js: npm install onnxruntime-node. Run it in a bundle's folder.
import * as ort from "onnxruntime-node";

const session = await ort.InferenceSession.create("model.onnx");

/** { name in contract.json: { data: Float32Array, shape } } → { data, dims } of the images that come out. */
export async function run(inputs) {
  const tensors = {};
  for (const [name, { data, shape }] of Object.entries(inputs)) {
    tensors[name] = new ort.Tensor("float32", data, shape);
  }
  return (await session.run(tensors))[session.outputNames[0]];
}
