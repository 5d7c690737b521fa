"""What a state dict holds is read off its tensors' names, and what cannot be used is reported in one line."""

import numpy as np
import pytest

from zoo.errors import UserError
from zoo.models.reference_choice import choose

UNET = "model.model.1.model.1.weight"
RESNET = "model.10.conv_block.1.weight"


@pytest.mark.parametrize(
    ("tensor", "title"),
    [
        (UNET, "U-Net"),
        (RESNET, "ResNet"),
        ("main.9.main.0.weight", "StarGAN"),
        ("a.enc_content.model.0.conv.weight", "MUNIT"),
        ("dec_layers.0.0.weight", "Fader"),
    ],
)
def test_each_kind_has_its_sign(tensor: str, title: str) -> None:
    assert title in choose({"first": np.zeros(1), tensor: np.zeros(1)}).kind.title


@pytest.mark.parametrize(
    ("tensors", "model", "message"),
    [
        (
            ["encoder.weight", "decoder.weight"],
            None,
            "no generator that is known here (its",
        ),
        (["model.0.weight", "model.0.bias"], None, "give the generator's file"),
        (["main.0.weight", "conv1.weight", "conv2.weight"], None, "give …-G.ckpt"),
        (["a.cnns.0.0.conv.weight"], None, "give gen_….pt"),
        (["conv_layers.0.0.weight", "proj_layers.0.weight"], None, "give the autoencoder's state dict"),
        ([], None, "no generator"),
        ([UNET], "stargan", "those of a U-Net of pix2pix; use `model` pix2pix or cyclegan"),
    ],
)
def test_what_is_not_a_generator_is_named(tensors: list[str], model: str | None, message: str) -> None:
    with pytest.raises(UserError) as raised:
        choose({name: np.zeros(1) for name in tensors}, model=model)
    assert message in str(raised.value)
