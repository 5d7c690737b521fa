"""StarGAN against the reference implementation's recorded numbers, in float64."""

import json
from pathlib import Path

import numpy as np
import pytest
from recorded import ADAM, nhwc, play_back

from zoo import StarGAN, StarGANConfig
from zoo.backend import tf
from zoo.models.stargan.reference_weights import load_stargan_discriminator, load_stargan_generator
from zoo.reference.state_dict import read_state_dict

pytestmark = pytest.mark.golden

TERMS = (
    "d_real", "d_fake", "d_classification", "gradient_penalty", "g_fake", "g_reconstruction",
    "g_classification",
)  # fmt: skip


@pytest.fixture(scope="module")
def recorded(golden: Path) -> dict:
    return {
        "meta": json.loads((golden / "meta.json").read_text())["stargan"],
        "arrays": dict(np.load(golden / "stargan.npz")),
        "generator": read_state_dict(golden / "stargan_200000-G.pth"),
        "discriminator": read_state_dict(golden / "stargan_200000-D.pth"),
    }


@pytest.fixture
def model(recorded: dict) -> StarGAN:
    """The reference's networks and optimisers, sizes read off the files, in float64."""
    generator, discriminator, meta = recorded["generator"], recorded["discriminator"], recorded["meta"]
    _, channels, *size = recorded["arrays"]["input"].shape
    model = StarGAN(
        StarGANConfig(  # its five attributes are the default
            size=tuple(size),
            channels=channels,
            blocks=sum(value.ndim == 4 for name, value in generator.items() if name.count(".") == 4) // 2,
            generator_width=generator["main.0.weight"].shape[0],
            discriminator_width=discriminator["main.0.weight"].shape[0],
            repeat_num=meta["repeat_num"],
            n_critic=meta["n_critic"],
            **ADAM,
        ),
        precision="float64",
    )
    load_stargan_generator(model.generator, generator)
    load_stargan_discriminator(model.discriminator, discriminator)
    return model


@pytest.fixture
def batch(recorded: dict) -> tuple[tf.Tensor, tf.Tensor]:
    return (
        tf.constant(nhwc(recorded["arrays"]["input"])),
        tf.constant(recorded["arrays"]["labels"].astype("int32")),
    )


def test_golden_outputs_of_both_networks(recorded: dict, model: StarGAN, batch: tuple) -> None:
    """Zero padding, the labels' place, epsilon, the slope, both heads: any drift shows here."""
    arrays, (images, labels) = recorded["arrays"], batch
    target = labels.numpy()[arrays["permutations"][0]]
    for training in (False, True):  # the reference never evaluates
        generated = model((images, target), training=training).numpy()
        np.testing.assert_allclose(generated, nhwc(arrays["generator_output"]), rtol=0, atol=1e-5)
    scores, logits = (output.numpy() for output in model.discriminator(images))
    np.testing.assert_allclose(scores, nhwc(arrays["d_src"]), rtol=0, atol=1e-5)
    np.testing.assert_allclose(logits, arrays["d_cls"], rtol=0, atol=1e-5)


def test_golden_training_steps(
    recorded: dict, model: StarGAN, batch: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Order of the updates, signs and weights of the losses, the penalty and Adam are the reference's."""
    arrays, meta = recorded["arrays"], recorded["meta"]
    draws = []
    for permutation, alpha in zip(arrays["permutations"], arrays["gp_alpha"], strict=True):
        # Sorting the inverse of a permutation gives the permutation.
        draws += [np.argsort(permutation), alpha[:, None, None, None]]
    play_back(monkeypatch, draws)
    model.compile()
    logs = [model.train_step(batch) for _ in range(meta["steps"])]
    losses = [[float(log[name]) for name in TERMS] for log in logs]
    np.testing.assert_allclose(losses, arrays["losses"], rtol=1e-6, atol=1e-8)
    images, labels = batch
    after = model((images, labels.numpy()[arrays["permutations"][0]])).numpy()
    np.testing.assert_allclose(after, nhwc(arrays["generator_after"]), rtol=0, atol=1e-5)
