"""MUNIT's networks leave as ONNX without anything that a runtime might not have."""

import warnings

import numpy as np
import onnxruntime
import pytest

from zoo.backend import tf
from zoo.models.munit.model import MUNITConfig
from zoo.models.munit.signature import munit_signature

SIZE = (16, 24)


@pytest.mark.parametrize("name", ["AtoB", "AtoB-like"])
def test_onnx_translates_as_the_networks_do(name: str) -> None:
    """AdaIN, the layer normalisation, reflected borders and upsampling, for any batch, in plain operators."""
    config = MUNITConfig(size=SIZE, width=4, mlp_width=8, blocks=2, scales=1, channels_b=1)
    signature = munit_signature(config, name)
    random = np.random.default_rng(0)
    given = {
        "image": random.uniform(-1, 1, (3, *SIZE, 3)).astype("float32"),
        "style": random.normal(size=(3, 8)).astype("float32"),
        "style_image": random.uniform(-1, 1, (3, *SIZE, 1)).astype("float32"),
    }
    given = {port.name: given[port.name] for port in signature.inputs}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the converter itself imports
        import tf2onnx

        specs = [tf.TensorSpec((None, *value.shape[1:]), name=name) for name, value in given.items()]
        model, _ = tf2onnx.convert.from_function(tf.function(signature.call), specs, opset=18)
    # Sizes are numbers in the graph; nothing is there that only some runtimes know.
    assert not {"Shape", "If", "Loop", "Where", "Cast"} & {node.op_type for node in model.graph.node}
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for batch in (1, 3):
        some = {key: value[:batch] for key, value in given.items()}
        (results,) = session.run(None, some)
        np.testing.assert_allclose(results, signature.call(**some), rtol=0, atol=1e-5)
