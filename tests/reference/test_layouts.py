"""Every tensor of a file has a place in the network that is built, or the file is refused."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from torch_files import Call, Named, state_dict

from zoo.errors import UserError
from zoo.inference.reference_checkpoint import identify, load_checkpoint
from zoo.models.fader.reference_weights import fader_layout
from zoo.models.munit.reference_weights import munit_layout
from zoo.models.reference_choice import choose
from zoo.models.registry import model_info
from zoo.models.stargan.reference_weights import stargan_layout
from zoo.reference.kinds import FileOptions
from zoo.reference.layout import Layout
from zoo.reference.norms import Norm
from zoo.reference.resnet import resnet_layout
from zoo.reference.unet import unet_layout

BATCH = Norm("batch", True, False, "")
INSTANCE = Norm("instance", False, True, "")
LAYOUTS: dict[str, Layout] = {
    "unet": unet_layout((3, 1), 5, 2, BATCH),
    "unet, instance": unet_layout((1, 3), 6, 1, INSTANCE),
    "resnet": resnet_layout((3, 3), 2, 2, INSTANCE, dropout=False),
    "resnet, batch and dropout": resnet_layout((1, 3), 1, 2, BATCH, dropout=True),
    "stargan": stargan_layout(3, 2, 2, 2),
    "munit": munit_layout({"a": 3, "b": 1}, 2, 4, 3, 2, 2),
    "fader": fader_layout(3, 2, 4, 2, 8),
}


def filled(layout: Layout, unused: bool = True) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    shapes = {**layout.needed, **(layout.unused if unused else {})}
    return {name: random.uniform(0.5, 1, shape).astype("f4") for name, shape in shapes.items()}


class Recorded(dict):
    """Knows which of its values were asked for."""

    def __init__(self, *values: object) -> None:
        super().__init__(*values)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> np.ndarray:
        self.read.add(name)
        return super().__getitem__(name)


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_is_demanded_is_what_is_loaded(name: str) -> None:
    layout = LAYOUTS[name]
    chosen = choose(filled(layout))
    architecture = chosen.kind.read(chosen.state, FileOptions())
    assert architecture.layout == layout
    architecture.layout.check(chosen.state)
    model = model_info(chosen.kind.builds)
    state = Recorded(chosen.state)
    for signature in model.signatures:
        moving = ["moving"] if model.choice_of_statistics else []
        chosen.kind.load(
            model.load("signature")(architecture.configuration, signature, *moving).networks, state
        )
    assert state.read == set(layout.needed)


def check(tensors: dict[str, np.ndarray]) -> None:
    chosen = choose(tensors)
    chosen.kind.read(chosen.state, FileOptions()).layout.check(chosen.state)


@pytest.mark.parametrize("name", LAYOUTS)
def test_any_other_tensor_is_refused(name: str) -> None:
    whole = filled(LAYOUTS[name])
    check(whole)
    first = next(iter(whole))
    parent = first.rpartition(".")[0].rpartition(".")[0]
    for strange in (f"{parent}.attn.gamma", f"{parent}.90.weight", "gamma", f"{first}_mask", "b.extra"):
        with pytest.raises(UserError, match="have no place"):
            check({**whole, strange: np.zeros(1, "f4")})


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_missing_or_misshapen_tensor_is_refused(name: str) -> None:
    layout = LAYOUTS[name]
    whole = filled(layout)
    for each in layout.needed:
        cut = {other: value for other, value in whole.items() if other != each}
        with pytest.raises((UserError, KeyError)):
            check(cut)
        longer = np.zeros([side + 1 for side in whole[each].shape], "f4")
        with pytest.raises(UserError):
            check({**whole, each: longer})
    for each, shape in layout.unused.items():
        with pytest.raises(UserError, match="has shape"):
            check({**whole, each: np.zeros((*shape, 3), "f4")})


def test_a_normalised_network_that_only_looks_so_is_asked_about() -> None:
    """StarGAN's instance normalisations have running statistics: without them they may be groups'."""
    with pytest.raises(UserError, match="`norm` instance"):
        check(filled(LAYOUTS["stargan"], unused=False))


@pytest.mark.parametrize(
    ("value", "words"), [(np.nan, "not finite"), (np.inf, "not finite"), (3, "holds int64 where")]
)
def test_numbers_that_are_not_weights(value: float, words: str, tmp_path: Path) -> None:
    tensors = filled(LAYOUTS["resnet"])
    if isinstance(value, int):
        with pytest.raises(UserError, match=words):
            check({**tensors, "model.1.weight": np.full((2, 3, 7, 7), value)})
        return
    tensors["model.4.bias"][1] = value
    with pytest.raises(UserError, match=words):
        load_checkpoint(state_dict(tmp_path / "net.pth", tensors))


ARGUMENTS = Call(Named("argparse", "Namespace"), state={"lr": 2e-4})
WRAPS: dict[str, tuple[Callable[[object], object], str]] = {
    "state_dict": (lambda state: {"epoch": 3, "state_dict": state}, "state_dict"),
    "params_ema": (lambda state: {"params_ema": state}, "params_ema"),
    "deep": (lambda state: {"models": {"generator": state, "step": 7}}, "models.generator"),
    "list": (lambda state: [state, {"lr": 0.1}], "0"),
    "prefix": (lambda state: {"state_dict": prefixed("netG.", state)}, "state_dict.netG"),
    "compiled": (lambda state: prefixed("_orig_mod.module.", state), ""),
    "options": (
        lambda state: {"model": state, "args": Call(Named("argparse", "Namespace"), state={})},
        "model",
    ),
}


def prefixed(prefix: str, state: OrderedDict) -> OrderedDict:
    return OrderedDict((f"{prefix}{name}", value) for name, value in state.items())


@pytest.mark.parametrize("name", WRAPS)
@pytest.mark.parametrize("kind", ["resnet", "munit"])
def test_dictionaries_around_weights(name: str, kind: str, tmp_path: Path) -> None:
    wrap, key = WRAPS[name]
    tensors = filled(LAYOUTS[kind])
    chosen, _ = identify(state_dict(tmp_path / "net.pth", tensors, wrap))
    assert chosen.key == key
    assert {each: value.tolist() for each, value in chosen.state.items()} == {
        each: value.tolist() for each, value in tensors.items()
    }


def test_several_generators_are_asked_about(tmp_path: Path) -> None:
    tensors = {
        **{f"netG_A.{name}": value for name, value in filled(LAYOUTS["resnet"]).items()},
        **{f"netG_B.{name}": value for name, value in filled(LAYOUTS["unet"]).items()},
        "netD.model.0.weight": np.zeros(1, "f4"),
    }
    path = state_dict(tmp_path / "net.pth", tensors, lambda state: {"nets": state, "epoch": 3})
    with pytest.raises(
        UserError, match=r"choose with `weights` from nets\.netG_A \(ResNet .*, nets\.netG_B \(U-Net"
    ):
        identify(path)
    with pytest.raises(UserError, match="`weights` netG_C: no such"):
        identify(path, weights="netG_C")
    chosen, _ = identify(path, weights="netG_B")
    assert (chosen.kind.builds, chosen.key) == ("pix2pix", "nets.netG_B")
    assert chosen.left_out == ("nets.netG_A", "nets.netD", "epoch")


def test_the_counter_of_an_average_is_left_out() -> None:
    tensors = {f"module.{name}": value for name, value in filled(LAYOUTS["unet"]).items()}
    chosen = choose({"n_averaged": np.array(9), **tensors})
    assert chosen.left_out == ("n_averaged",)
    chosen.kind.read(chosen.state, FileOptions()).layout.check(chosen.state)


def test_what_was_assumed_and_left_out_is_reported(tmp_path: Path) -> None:
    path = state_dict(tmp_path / "net.pth", filled(LAYOUTS["stargan"]), lambda state: {"G": state, "step": 1})
    inference = load_checkpoint(path)
    assert "each image's own statistics" in inference.provenance["assumed"]
    assert inference.provenance["left_out"] == "step"
    assert "trained by" not in inference.provenance["weights"]
    choices = inference.signature.inputs[1:]
    assert not any(each.optional or "none leaves it" in each.meaning for each in choices)
