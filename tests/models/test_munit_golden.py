"""MUNIT against the reference implementation's recorded numbers, in float64."""

import json
from pathlib import Path

import numpy as np
import pytest
from recorded import ADAM, nhwc, play_back

from zoo import MUNIT, MUNITConfig
from zoo.backend import tf
from zoo.models.munit.reference_weights import (
    load_content_encoder,
    load_decoder,
    load_discriminator,
    load_style_encoder,
)
from zoo.reference.state_dict import read_state_dict

pytestmark = pytest.mark.golden

LOSSES = (
    "g_image_a", "g_image_b", "g_style_a", "g_style_b", "g_content_a", "g_content_b", "g_adversarial_a",
    "g_adversarial_b",
)  # fmt: skip


@pytest.fixture(scope="module")
def recorded(golden: Path) -> dict:
    return {
        "meta": json.loads((golden / "meta.json").read_text())["munit"],
        "arrays": dict(np.load(golden / "munit.npz")),
        "generators": read_state_dict(golden / "munit_gen.pth"),
        "discriminators": read_state_dict(golden / "munit_dis.pth"),
    }


@pytest.fixture
def model(recorded: dict) -> MUNIT:
    """The reference's networks and optimiser, in float64."""
    arrays, (generator, discriminator) = (
        recorded["arrays"],
        (recorded["meta"][kind] for kind in ("gen", "dis")),
    )
    model = MUNIT(
        MUNITConfig(
            size=arrays["input_a"].shape[2:],
            channels_a=arrays["input_a"].shape[1],
            channels_b=arrays["input_b"].shape[1],
            width=generator["dim"],
            mlp_width=generator["mlp_dim"],
            style_size=generator["style_dim"],
            downsamplings=generator["n_downsample"],
            blocks=generator["n_res"],
            discriminator_width=discriminator["dim"],
            discriminator_layers=discriminator["n_layer"],
            scales=discriminator["num_scales"],
            l2=2**-13,
            **ADAM,
        ),
        precision="float64",
    )
    for domain in "ab":
        load_content_encoder(getattr(model, f"content_encoder_{domain}"), recorded["generators"], domain)
        load_style_encoder(getattr(model, f"style_encoder_{domain}"), recorded["generators"], domain)
        load_decoder(getattr(model, f"decoder_{domain}"), recorded["generators"], domain)
        load_discriminator(getattr(model, f"discriminator_{domain}"), recorded["discriminators"], domain)
    return model


def assert_recorded(generated: tf.Tensor, recorded: np.ndarray) -> None:
    images = nhwc(recorded) if recorded.ndim == 4 else recorded
    np.testing.assert_allclose(generated, images, rtol=0, atol=1e-5)


def test_golden_outputs_of_every_network(recorded: dict, model: MUNIT) -> None:
    """Padding, order of layers and of AdaIN's parameters, both normalisations, the image pyramid."""
    arrays = recorded["arrays"]
    images = nhwc(arrays["input_a"])
    content, style = model.content_encoder_a(images), model.style_encoder_a(images)
    assert_recorded(content, arrays["content_a"])
    assert_recorded(style, arrays["style_a"])
    assert_recorded(model.decoder_a([content, style]), arrays["reconstruction_a"])
    # The reference's layer normalisation has its own branch for one image.
    assert_recorded(model.decoder_a([content[:1], style[:1]]), arrays["reconstruction_a_batch1"])
    assert_recorded(model((images, arrays["a_to_b_style"].astype("float64"))), arrays["a_to_b"])
    for scale, scores in enumerate(model.discriminator_a(images)):
        assert_recorded(scores, arrays[f"d_a_scale{scale}"])


@pytest.mark.thorough
def test_golden_training_steps(recorded: dict, model: MUNIT, monkeypatch: pytest.MonkeyPatch) -> None:
    """Order of updates and draws, weights of the losses, coupled decay and Adam are the reference's."""
    arrays, meta = recorded["arrays"], recorded["meta"]
    batch = tuple(tf.constant(nhwc(arrays[name])) for name in ("input_a", "input_b"))
    play_back(monkeypatch, arrays["styles"].reshape(-1, *arrays["styles"].shape[2:]), kinds=("normal",))
    model.compile()
    logs = [model.train_step(batch) for _ in range(meta["steps"])]
    losses = [
        [float(log[name]) for name in LOSSES]
        + [float(log[f"d_{domain}_real"] + log[f"d_{domain}_fake"]) for domain in "ab"]
        for log in logs
    ]
    np.testing.assert_allclose(losses, arrays["losses"], rtol=1e-6, atol=1e-8)
    after = model((batch[0], tf.constant(arrays["a_to_b_style"], tf.float64)))
    assert_recorded(after, arrays["a_to_b_after"])
