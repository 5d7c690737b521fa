"""The evaluator of ONNX itself, exact and slow: ``pip install numpy onnx``. Run it in a bundle's folder."""

import numpy as np
from onnx.reference import ReferenceEvaluator

network = ReferenceEvaluator("model.onnx")


def run(**inputs):
    """Arrays by their names in contract.json → the images that come out."""
    return network.run(None, inputs)[0]


(expected,) = np.load("golden/outputs.npz").values()
print("largest difference:", np.abs(run(**np.load("golden/inputs.npz")) - expected).max())
