"""Files that PyTorch saved give what PyTorch makes of them, whatever they are wrapped and folded in."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from zoo.backend import tf
from zoo.errors import UserError
from zoo.inference.reference_checkpoint import identify, load_checkpoint
from zoo.inference.run_checkpoint import Inference
from zoo.reference.reparametrized import Reparametrized

FILES = Path(__file__).parent / "files"  # as make_files.py made them

OPTIONS = {
    "resnet_spectral": {},
    "resnet_spectral_parametrized": {},
    "resnet_weight_norm": {},
    "resnet_affine": {"norm": "instance"},
    "resnet_group": {"norm": "group:2"},
    "resnet_batch_biased": {"statistics": "moving"},
    "unet_spectral": {"statistics": "moving"},
    "unet_affine": {"norm": "instance"},
    "unet_group": {"norm": "group:2"},
    "unet_of_nine": {"statistics": "moving"},
    "unet_legacy": {"statistics": "moving"},
}


def generated(inference: Inference, picture: np.ndarray) -> np.ndarray:
    """Its results for images (N, C, H, W), in the same layout."""
    image = tf.constant(picture.transpose(0, 2, 3, 1), tf.float32)
    return inference.signature.call(image=image).numpy().transpose(0, 3, 1, 2)


@pytest.mark.parametrize("name", OPTIONS)
def test_pictures_are_pytorchs(name: str) -> None:
    recorded = np.load(FILES / f"{name}.npz")
    inference = load_checkpoint(FILES / f"{name}.pth", **OPTIONS[name])
    pictures = generated(inference, recorded["picture_in_hundredths"] / 100)
    expected = recorded["made"]
    step = pictures.shape[2] // expected.shape[2]
    np.testing.assert_allclose(pictures[..., ::step, ::step], expected, rtol=0, atol=2e-5)
    assert inference.size == ((512, 512) if name == "unet_of_nine" else (256, 256))
    said = {"instance": "instance normalisation, as specified", "group:2": "group normalisation in 2 groups"}
    assert said.get(OPTIONS[name].get("norm"), "images in -1..1") in inference.provenance["assumed"]


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("resnet_affine", {}, "`norm` instance or, in groups of channels, `norm` group:N"),
        ("unet_group", {}, "`norm` instance or, in groups of channels, `norm` group:N"),
        ("resnet_group", {"norm": "group:3"}, "channels are not a multiple of 3"),
        ("resnet_affine", {"norm": "instance", "statistics": "moving"}, "each image's own"),
        ("resnet_batch_biased", {"norm": "instance"}, "it has running statistics"),
        ("resnet_spectral", {"norm": "group:2"}, "have no scale"),
        ("unet_of_nine", {"size": (256, 256)}, "not a multiple of 512"),
    ],
)
def test_what_a_file_does_not_tell_is_asked(name: str, options: dict, words: str) -> None:
    with pytest.raises(UserError, match=words):
        load_checkpoint(FILES / f"{name}.pth", **options)


def arrays(path: Path) -> dict[str, np.ndarray]:
    chosen, _ = identify(path)
    return {name: np.asarray(value, np.float32) for name, value in chosen.state.items()}


def test_users_old_files_are_as_the_new(case: Callable[[str], Path]) -> None:
    folder = case("07_legacy_pth")
    old, new = arrays(folder / "latest_net_G.pth"), arrays(folder / "new_format_net_G.pth")
    assert list(old) == list(new)
    assert all(np.array_equal(old[name], new[name]) for name in new)


def test_users_dictionaries_around_weights(case: Callable[[str], Path]) -> None:
    folder = case("08_wrapped")
    plain = arrays(folder / "i_jit_state.pth")
    for path in sorted(folder.glob("[b-h]_*")):
        near = {"g_half.pth": 1e-3, "h_bfloat16.pth": 1e-2}.get(path.name, 0)
        loaded = arrays(path)
        assert list(loaded) == list(plain), path
        assert all(np.allclose(loaded[name], plain[name], rtol=near, atol=near / 10) for name in plain), path
    assert list(arrays(folder / "a_dataparallel_net_G.pth")) == list(plain)
    with pytest.raises(UserError, match="TorchScript archive, which is a program"):
        identify(folder / "j_torchscript.pt")


def test_users_spectral_norm_is_folded(case: Callable[[str], Path]) -> None:
    for path in case("09_spectral").glob("*.pth"):
        chosen, _ = identify(path)
        folded = [each for each in chosen.state.values() if isinstance(each, Reparametrized)]
        assert len(folded) > 10, path


def test_users_group_normalisation_is_not_taken_for_another(case: Callable[[str], Path]) -> None:
    folder = case("11c_groupnorm")
    with pytest.raises(UserError, match="`norm`"):
        load_checkpoint(folder / "latest_net_G.pth")
    pair = np.load(folder / "pair.npz")
    inference = load_checkpoint(folder / "latest_net_G.pth", norm="group:2")
    np.testing.assert_allclose(generated(inference, pair["x"]), pair["y"], rtol=0, atol=2e-5)
