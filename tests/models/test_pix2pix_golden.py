"""pix2pix against the reference implementation's recorded numbers, in float64."""

import json
from pathlib import Path

import numpy as np
import pytest
from recorded import ADAM, nhwc

from zoo import Pix2Pix, Pix2PixConfig
from zoo.backend import tf
from zoo.reference.patchgan import load_patchgan
from zoo.reference.state_dict import read_state_dict
from zoo.reference.unet import load_unet

pytestmark = pytest.mark.golden


@pytest.fixture(scope="module")
def recorded(golden: Path) -> dict:
    return {
        "meta": json.loads((golden / "meta.json").read_text())["pix2pix"],
        "arrays": dict(np.load(golden / "pix2pix.npz")),
        "generator": read_state_dict(golden / "pix2pix_net_G.pth"),
        "discriminator": read_state_dict(golden / "pix2pix_net_D.pth"),
    }


@pytest.fixture
def model(recorded: dict) -> Pix2Pix:
    """The reference's network and optimiser, sizes read off the files, in float64."""
    generator, discriminator = recorded["generator"], recorded["discriminator"]
    _, channels, *size = recorded["arrays"]["input_a"].shape
    model = Pix2Pix(
        Pix2PixConfig(
            size=tuple(size),
            input_channels=channels,
            output_channels=recorded["arrays"]["input_b"].shape[1],
            generator_width=generator["model.model.0.weight"].shape[0],
            discriminator_width=discriminator["model.0.weight"].shape[0],
            discriminator_layers=sum(value.ndim == 4 for value in discriminator.values()) - 2,
            norm=recorded["meta"]["norm"],
            dropout=0.5 if recorded["meta"]["dropout"] else 0.0,
            **ADAM,
        ),
        precision="float64",
    )
    load_unet(model.generator, generator)
    load_patchgan(model.discriminator, discriminator)
    return model


@pytest.mark.parametrize("mode", ["eval", "train"])
def test_golden_outputs_of_both_networks(recorded: dict, model: Pix2Pix, mode: str) -> None:
    """Padding, order of layers, epsilon, rectified skips: any drift shows here."""
    arrays, training = recorded["arrays"], mode == "train"
    source, target = nhwc(arrays["input_a"]), nhwc(arrays["input_b"])
    generated = model.generator(source, training=training).numpy()
    np.testing.assert_allclose(generated, nhwc(arrays[f"generator_{mode}_mode"]), rtol=0, atol=1e-5)
    logits = model.discriminator(np.concatenate([source, target], axis=-1), training=training).numpy()
    np.testing.assert_allclose(logits, nhwc(arrays[f"discriminator_{mode}_mode"]), rtol=0, atol=1e-5)


def test_golden_training_steps(recorded: dict, model: Pix2Pix) -> None:
    """Order of the updates, the half, the weights of the losses and Adam are the reference's."""
    arrays, meta = recorded["arrays"], recorded["meta"]
    batch = nhwc(arrays["input_a"]), nhwc(arrays["input_b"])
    model.compile()
    step, batches = model.make_train_function(), iter(tf.data.Dataset.from_tensors(batch).repeat())
    logs = [step(batches) for _ in range(meta["steps"])]
    losses = [[float(log[name]) for name in ("d_real", "d_fake", "g_adversarial", "g_l1")] for log in logs]
    np.testing.assert_allclose(losses, arrays["losses"], rtol=1e-6, atol=1e-8)
    after = model.generator(batch[0], training=True).numpy()
    np.testing.assert_allclose(after, nhwc(arrays["generator_after"]), rtol=0, atol=1e-5)
