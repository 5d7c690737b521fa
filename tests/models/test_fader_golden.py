"""Fader Networks against the reference implementation's recorded numbers, in float64."""

import json
from pathlib import Path

import numpy as np
import pytest
from recorded import ADAM, nhwc

from zoo import Attribute, Fader, FaderConfig
from zoo.backend import tf
from zoo.models.fader.reference_weights import (
    load_fader_decoder,
    load_fader_encoder,
    load_fader_latent_discriminator,
)
from zoo.reference.state_dict import read_state_dict

pytestmark = pytest.mark.golden


@pytest.fixture(scope="module")
def recorded(golden: Path) -> dict:
    return {
        "meta": json.loads((golden / "meta.json").read_text())["fader"],
        "arrays": dict(np.load(golden / "fader.npz")),
        "autoencoder": read_state_dict(golden / "fader_ae.pth"),
        "latent_discriminator": read_state_dict(golden / "fader_lat_dis.pth"),
    }


@pytest.fixture
def model(recorded: dict) -> Fader:
    """The reference's networks and optimisers, in float64; the ramp as steep as the recorded one."""
    meta, state = recorded["meta"], recorded["autoencoder"]
    batch, channels, *size = recorded["arrays"]["input"].shape
    steps, last = meta["steps"], float(recorded["arrays"]["lambdas"][-1])
    model = Fader(
        FaderConfig(
            attributes=tuple(Attribute(name, ("no", "yes")) for name in meta["attributes"]),
            size=tuple(size),
            channels=channels,
            layers=meta["n_layers"],
            width=state["enc_layers.0.0.weight"].shape[0],
            max_width=meta["max_fm"],
            hidden_width=meta["hid_dim"],
            dropout=meta["lat_dis_dropout"],
            weight_latent=last,
            ramp_images=(steps - 1) * batch,
            **ADAM,
        ),
        precision="float64",
    )
    load_fader_encoder(model.encoder, state)
    load_fader_decoder(model.decoder, state)
    load_fader_latent_discriminator(model.latent_discriminator, recorded["latent_discriminator"])
    return model


def test_golden_outputs_of_the_networks(recorded: dict, model: Fader) -> None:
    """Order of layers, where attributes go in, running statistics: any drift shows here."""
    arrays = {name: value.astype("float64") for name, value in recorded["arrays"].items()}
    latent = model.encoder(nhwc(arrays["input"]), training=False)
    outputs = {
        "latent_eval": latent,
        "reconstruction_eval": model.decoder([latent, arrays["attributes"]], training=False),
        "flipped_eval": model.decoder([latent, arrays["attributes_flipped"]], training=False),
    }
    for name, output in outputs.items():
        np.testing.assert_allclose(output, nhwc(arrays[name]), rtol=0, atol=1e-5, err_msg=name)
    logits = model.latent_discriminator(latent, training=False)
    np.testing.assert_allclose(logits, arrays["latent_logits_eval"], rtol=0, atol=1e-5)


def test_golden_training_steps(recorded: dict, model: Fader) -> None:
    """Order of the updates, modes of the networks, clipping, the ramp from 0 and Adam are the reference's."""
    arrays, meta = recorded["arrays"], recorded["meta"]
    images, columns = nhwc(arrays["input"]), arrays["attributes"]
    labels = columns.reshape(len(images), -1, 2).argmax(axis=-1).astype("int32")
    # Both updates of a step are on the same batch.
    interleaved = np.repeat(images, 2, axis=0), np.repeat(labels, 2, axis=0)
    model.compile()
    step, batches = model.make_train_function(), iter(tf.data.Dataset.from_tensors(interleaved).repeat())
    logs = [step(batches) for _ in range(meta["steps"])]
    losses = [[float(log[name]) for name in ("d_latent", "g_reconstruction", "g_latent")] for log in logs]
    np.testing.assert_allclose([float(log["lambda"]) for log in logs], arrays["lambdas"], rtol=1e-6)
    np.testing.assert_allclose(losses, arrays["losses"], rtol=1e-6, atol=1e-8)
    after = model((images, columns.astype("float64")), training=False).numpy()
    np.testing.assert_allclose(after, nhwc(arrays["reconstruction_after_eval"]), rtol=0, atol=1e-5)
