"""The ResNet generator against the CycleGAN reference's recorded outputs, in float64."""

from pathlib import Path

import numpy as np
import pytest

from zoo.errors import UserError
from zoo.networks.resnet import resnet_generator
from zoo.reference.resnet import load_resnet
from zoo.reference.state_dict import read_state_dict

pytestmark = pytest.mark.golden


def nhwc(images: np.ndarray) -> np.ndarray:
    return images.transpose(0, 2, 3, 1).astype("float64")


@pytest.mark.parametrize(
    ("weights", "recorded", "blocks"),
    [("cyclegan_net_G_A.pth", ("input_a", "g_a_output"), 6),
     ("cyclegan_resnet9_net_G.pth", ("resnet9_input", "resnet9_output"), 9)],
)  # fmt: skip
def test_golden_outputs(golden: Path, weights: str, recorded: tuple[str, str], blocks: int) -> None:
    """Padding of each kind, epsilon, order of layers, the crop of the transposed convolutions."""
    arrays, state = np.load(golden / "cyclegan.npz"), read_state_dict(golden / weights)
    images, output = (nhwc(arrays[name]) for name in recorded)
    network = resnet_generator(blocks=blocks, width=state["model.1.weight"].shape[0], dtype="float64")
    load_resnet(network, state)
    for training in (False, True):
        # The recorded images are rounded to float32.
        np.testing.assert_allclose(network(images, training=training), output, rtol=0, atol=1e-7)


def test_golden_weights_of_another_depth_are_refused(golden: Path) -> None:
    state = read_state_dict(golden / "cyclegan_resnet9_net_G.pth")
    with pytest.raises(UserError, match=r"model\.16\."):
        load_resnet(resnet_generator(blocks=6, width=state["model.1.weight"].shape[0]), state)
