"""ONNX Runtime: ``pip install numpy onnxruntime``. Run it in a bundle's folder."""

import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])


def run(**inputs):
    """Arrays by their names in contract.json → the images that come out."""
    return session.run(None, inputs)[0]


(expected,) = np.load("golden/outputs.npz").values()
print("largest difference:", np.abs(run(**np.load("golden/inputs.npz")) - expected).max())
