"""Every model's ONNX graph is clean: one node a normalisation, no Transpose but at the borders."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from export.contract import from_inference
from export.onnx.conversion import network_graph, write_onnx
from zoo.attributes import Attribute
from zoo.backend import tf
from zoo.engine.signature import Signature
from zoo.inference.run_checkpoint import Inference
from zoo.models.cyclegan.model import CycleGANConfig
from zoo.models.cyclegan.signature import cyclegan_signature
from zoo.models.fader.model import FaderConfig
from zoo.models.fader.signature import fader_signature
from zoo.models.munit.model import MUNITConfig
from zoo.models.munit.signature import munit_signature
from zoo.models.pix2pix.model import Pix2PixConfig
from zoo.models.pix2pix.signature import pix2pix_signature
from zoo.models.stargan.model import StarGANConfig
from zoo.models.stargan.signature import stargan_signature

FIT = (Attribute("fit", ("loose", "tight")),)
PIX2PIX = Pix2PixConfig(size=(64, 64), crop=(32, 32), generator_width=4)
MUNIT = MUNITConfig(size=(32, 48), width=4, mlp_width=8, blocks=2, scales=1, discriminator_layers=1)
# What there is of each kind of node, and what there is none of, all but the border's arithmetic.
SIGNATURES: dict[str, tuple[Callable[[], Signature], dict[str, int]]] = {
    "pix2pix": (lambda: pix2pix_signature(PIX2PIX), {"InstanceNormalization": 7}),
    "pix2pix moving": (
        lambda: pix2pix_signature(PIX2PIX, statistics="moving"),
        {"InstanceNormalization": 0, "Conv": 5, "ConvTranspose": 5},
    ),
    "cyclegan": (
        lambda: cyclegan_signature(CycleGANConfig(size=(32, 32), blocks=2, generator_width=4)),
        {"InstanceNormalization": 9},
    ),
    "stargan": (
        lambda: stargan_signature(
            StarGANConfig(size=(32, 32), attributes=FIT, blocks=1, generator_width=4, repeat_num=2)
        ),
        {"InstanceNormalization": 7},
    ),
    "munit": (lambda: munit_signature(MUNIT), {"InstanceNormalization": 3 + 2 * 2 + 2 * 2}),
    "munit like": (
        lambda: munit_signature(MUNIT, "AtoB-like"),
        {"InstanceNormalization": 3 + 2 * 2 + 2 * 2, "Reshape": 1},  # a style is of another rank
    ),
    "fader": (
        lambda: fader_signature(FaderConfig(size=(32, 32), attributes=FIT, layers=3, width=4, max_width=8)),
        {"InstanceNormalization": 0, "Conv": 3, "ConvTranspose": 3, "Transpose": 2},
    ),
}  # fmt: skip


def numbers_of(tensor: onnx.TensorProto) -> int:
    """How many weights it holds; the last convolution's has each for four pixels, among zeros."""
    if tensor.name.endswith("/blocks/kernel"):
        return np.count_nonzero(onnx.numpy_helper.to_array(tensor)) // 4
    return int(np.prod(tensor.dims)) if len(tensor.dims) > 1 else 0


@pytest.mark.sampled
@pytest.mark.parametrize("name", SIGNATURES)
def test_graph(name: str, tmp_path: Path) -> None:
    """It computes what the networks do where weights, averages and scales are any, at another size too."""
    make, kinds = SIGNATURES[name]
    signature = make()
    random = np.random.default_rng(0)
    for network in signature.networks.values():
        for weight in network.weights:
            near = 1 if "gamma" in weight.name or "variance" in weight.name else 0
            spread = 0.2 if weight.shape.rank == 1 else 1 / np.sqrt(np.prod(weight.shape[:-1]))
            weight.assign(random.normal(near, spread, weight.shape).clip(-1 if not near else 0.3))
    source = from_inference(Inference(signature, name, "", {}))
    write_onnx(source, network_graph(source), tmp_path / "model.onnx")
    graph = onnx.load(tmp_path / "model.onnx").graph
    counts = Counter(node.op_type for node in graph.node)
    assert {kind: counts[kind] for kind in kinds} == kinds
    assert counts["Transpose"] == len(source.pictures) + 1
    assert not (set(counts) - set(kinds)) & {"Reshape", "Squeeze", "BatchNormalization", "Identity"}
    assert not set(counts) & {"Abs", "Neg"}  # of integers, which not every runtime takes
    weights = sum(
        np.prod(weight.shape) for network in signature.networks.values() for weight in network.weights
    )
    stored = sum(map(numbers_of, graph.initializer))
    assert stored <= weights  # each is there once

    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    for size in ((32, 48), (45, 33)):
        given = {
            port.name: random.uniform(-1, 1, (2, *size, port.shape[3])) if port.kind == "picture"
            else random.uniform(0, 1, (2, port.shape[1]))
            for port in source.inputs
        }  # fmt: skip
        given = {key: value.astype(np.float32) for key, value in given.items()}
        expected = source.call(**{key: tf.constant(value) for key, value in given.items()})["translated"]
        (results,) = session.run(None, given)
        assert np.std(results) > 0.02
        np.testing.assert_allclose(results, expected, rtol=0, atol=2e-5)
