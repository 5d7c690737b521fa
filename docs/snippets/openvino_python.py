"""OpenVINO: ``pip install numpy openvino``. Run it in a bundle's folder."""

import numpy as np
import openvino

# Without the hint, processors that have bfloat16 compute in it.
model = openvino.compile_model("model.onnx", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})


def run(**inputs):
    """Arrays by their names in contract.json → the images that come out."""
    return model(inputs)[0]


(expected,) = np.load("golden/outputs.npz").values()
print("largest difference:", np.abs(run(**np.load("golden/inputs.npz")) - expected).max())
