"""CycleGAN against the reference implementation's recorded numbers, in float64."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from recorded import ADAM, nhwc

from zoo import CycleGAN, CycleGANConfig
from zoo.backend import tf
from zoo.models.cyclegan.reference_weights import load_cyclegan
from zoo.reference.state_dict import read_state_dict

pytestmark = pytest.mark.golden


@pytest.fixture(scope="module")
def recorded(golden: Path) -> dict:
    return {
        "meta": json.loads((golden / "meta.json").read_text())["cyclegan"],
        "arrays": dict(np.load(golden / "cyclegan.npz")),
        "states": {
            name.lower(): read_state_dict(golden / f"cyclegan_net_{name}.pth")
            for name in ("G_A", "G_B", "D_A", "D_B")
        },
    }


@pytest.fixture
def model(recorded: dict) -> CycleGAN:
    """The reference's networks and optimisers, sizes read off the files, in float64."""
    generator, discriminator = recorded["states"]["g_a"], recorded["states"]["d_a"]
    _, channels_a, *size = recorded["arrays"]["input_a"].shape
    model = CycleGAN(
        CycleGANConfig(
            size=tuple(size),
            channels_a=channels_a,
            channels_b=recorded["arrays"]["input_b"].shape[1],
            blocks=len({name.split(".")[1] for name in generator if re.search("conv_block", name)}),
            generator_width=generator["model.1.weight"].shape[0],
            discriminator_width=discriminator["model.0.weight"].shape[0],
            discriminator_layers=sum(value.ndim == 4 for value in discriminator.values()) - 2,
            pool_size=recorded["meta"]["pool"],
            **ADAM,
        ),
        precision="float64",
    )
    load_cyclegan(model, **recorded["states"])
    return model


def test_golden_outputs(recorded: dict, model: CycleGAN) -> None:
    """The reference's D_A is the one that judges images of B."""
    arrays = recorded["arrays"]
    a, b = nhwc(arrays["input_a"]), nhwc(arrays["input_b"])
    generated = model.generator_a_to_b(a, training=True)
    np.testing.assert_allclose(generated, nhwc(arrays["g_a_output"]), rtol=0, atol=1e-5)
    np.testing.assert_allclose(model.discriminator_b(b), nhwc(arrays["d_a_output"]), rtol=0, atol=1e-5)


@pytest.mark.thorough
def test_golden_training_steps(recorded: dict, model: CycleGAN) -> None:
    """Both cycles train both generators; order of updates, halves, identity weight, Adam."""
    arrays, meta = recorded["arrays"], recorded["meta"]
    batch = nhwc(arrays["input_a"]), nhwc(arrays["input_b"])
    model.compile()
    step, batches = model.make_train_function(), iter(tf.data.Dataset.from_tensors(batch).repeat())
    rows = []
    for _ in range(meta["steps"]):
        losses = {name: float(value) for name, value in step(batches).items()}
        rows.append(
            [
                *(losses[name] for name in ("g_ab_adversarial", "g_ba_adversarial", "cycle_a", "cycle_b")),
                *(losses[name] for name in ("identity_b", "identity_a")),
                (losses["d_b_real"] + losses["d_b_fake"]) / 2,
                (losses["d_a_real"] + losses["d_a_fake"]) / 2,
            ]
        )
    np.testing.assert_allclose(rows, arrays["losses"], rtol=1e-6, atol=1e-8)
    after = model.generator_a_to_b(batch[0], training=True)
    np.testing.assert_allclose(after, nhwc(arrays["g_a_after"]), rtol=0, atol=1e-5)
