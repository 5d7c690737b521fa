"""PyTorch: ``pip install numpy onnx onnx2torch``. Run it in a bundle's folder."""

import numpy as np
import onnx
import torch
from onnx2torch import convert
from onnx2torch.node_converters.reduce import OnnxReduceStaticAxes
from onnx2torch.node_converters.registry import add_converter, get_converter
from onnx2torch.utils.common import OnnxMapping, OperationConverterResult, get_const_value

# onnx2torch 1.5 has these operators as they were before opset 18: for a bundle's graphs, the same.
for kind in ("Pad", "Resize", "Split"):
    add_converter(kind, 18)(get_converter(kind, 13))


@add_converter("ReduceMean", 18)
def reduce_mean(node, graph):
    """Read the axes where opset 18 has them: among the inputs."""
    axes = get_const_value(node.input_values[1], graph).tolist()
    mapping = OnnxMapping((node.input_values[0],), node.output_values)
    return OperationConverterResult(OnnxReduceStaticAxes("ReduceMean", axes), mapping)


model = onnx.load("model.onnx")
names = [value.name for value in model.graph.input]
network = convert(model).eval()


def run(**inputs):
    """Arrays by their names in contract.json → the images that come out."""
    with torch.inference_mode():
        return network(*(torch.from_numpy(inputs[name]) for name in names)).numpy()


(expected,) = np.load("golden/outputs.npz").values()
print("largest difference:", np.abs(run(**np.load("golden/inputs.npz")) - expected).max())
