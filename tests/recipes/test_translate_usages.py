"""What the user sets reaches the right input, and what a model does not use is an error."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from stand_in import SIZE, StandInConfig, stand_in_run, stand_in_signature

from export.contract import describe, from_inference
from recipes import translate
from zoo import command_line
from zoo.engine.signature import Amount, Choice, Picture, Signature
from zoo.inference import loading
from zoo.inference.contract import read_contract
from zoo.inference.run_checkpoint import Inference
from zoo.inference.translator import Info, Translator
from zoo.runs.checkpoint_files import digest


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture) -> Callable[..., tuple[int, str, set[str]]]:
    """Runs the command; gives status, output, and the files it wrote."""
    out = tmp_path / "out"

    def call(source: object, *arguments: object) -> tuple[int, str, set[str]]:
        capsys.readouterr()
        words = [str(source), *map(str, arguments), "--output", str(out), "--overwrite"]
        options = translate.parser().parse_args(words)
        status = command_line.run(translate.main, options)
        said = capsys.readouterr()
        return status, said.err if status else said.out, {path.name for path in out.glob("*")}

    return call


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (*SIZE, 3), np.uint8)).save(path)
    return path


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, np.ndarray]]]:
    """Puts a signature in place of any model; gives what it will be run with."""

    def use(signature: Signature | str) -> list[dict[str, np.ndarray]]:
        signature = (
            stand_in_signature(StandInConfig(), signature) if isinstance(signature, str) else signature
        )
        seen: list[dict[str, np.ndarray]] = []

        def run(arrays: dict[str, np.ndarray]) -> np.ndarray:
            seen.append(arrays)
            assert all(array.dtype == np.float32 for array in arrays.values())
            assert set(arrays) == {each.name for each in signature.inputs}
            pictures = [each.name for each in signature.inputs if isinstance(each, Picture)]
            assert all(arrays[name].shape[1:] == (*SIZE, 3) for name in pictures)
            level = np.linspace(-1, 1, 9)[len(seen)]  # each run another grey
            return np.full((len(next(iter(arrays.values()))), *SIZE, 3), level, np.float32)

        info = Info(Path("here"), "ONNX Runtime", "stand_in", "", signature.name, "", SIZE, None)
        translator = Translator(run, signature.inputs, info)
        for name in ("load", "load_styled"):
            monkeypatch.setattr(translate, name, lambda *_: translator)
        return seen

    return use


def size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.height, image.width


def test_values_are_set_by_name(tmp_path: Path, photo: Path, command: Callable, given: Callable) -> None:
    seen = given("change")
    assert command(tmp_path, photo)[0] == 0
    assert command(tmp_path, photo, "--set", "fit=tight,sleeve_length=short")[0] == 0
    assert command(tmp_path, "--set", "fit=loose", photo, "--set", "sleeve_length=long")[0] == 0
    assert [(run["sleeve_length"].tolist(), run["fit"].tolist()) for run in seen] == [
        ([[0, 0]], [[0, 0, 0]]),
        ([[1, 0]], [[0, 0, 1]]),
        ([[0, 1]], [[1, 0, 0]]),
    ]


def test_amounts_and_slides(tmp_path: Path, photo: Path, command: Callable, given: Callable) -> None:
    seen = given("slide")
    assert command(tmp_path, photo, "--value", "0.25")[0] == 0
    assert command(tmp_path, photo, "--value", "sleeves=-2")[0] == 0
    assert command(tmp_path, photo, "--slide", "3")[2] == {"photo.png"}
    assert [run["sleeves"].item() for run in seen] == [0.25, -2, 0, 0.5, 1]
    assert size(tmp_path / "out/photo.png") == (SIZE[0], 3 * SIZE[1])
    command(tmp_path, photo, "--slide", "2", "--side-by-side")
    assert size(tmp_path / "out/photo.png") == (SIZE[0], 3 * SIZE[1])  # the image itself comes first

    several = (*stand_in_signature(StandInConfig(), "slide").inputs, Amount("collar", "low", "high", ""))
    seen = given(
        replace(stand_in_signature(StandInConfig(), "slide"), inputs=several, call=lambda image, **_: image)
    )
    assert command(tmp_path, photo, "--slide", "2", "--value", "collar=1")[0] == 0
    assert [(run["sleeves"].item(), run["collar"].item()) for run in seen] == [(0, 1), (1, 1)]
    assert "leave --value out for the attribute to slide" in command(tmp_path, photo, "--slide", "2")[1]
    assert (
        "give NAME=AMOUNT, of sleeves (short to long), collar" in command(tmp_path, photo, "--value", "1")[1]
    )


def test_styles_are_drawn_by_seed(tmp_path: Path, photo: Path, command: Callable, given: Callable) -> None:
    """Each image gets the same styles, so that a catalogue keeps them."""
    seen = given("restyle")
    status, said, files = command(tmp_path, photo, "--styles", "3")
    assert (status, files) == (0, {"photo-1.png", "photo-2.png", "photo-3.png"})
    assert "written: 1 of 1 images, 3 of each" in said
    styles = [run["style"] for run in seen]
    assert len(np.unique(np.concatenate(styles), axis=0)) == 3
    for seed, same in ((0, True), (1, False)):
        seen.clear()
        command(tmp_path, photo, "--seed", seed)
        assert np.array_equal(seen[0]["style"], styles[0]) == same
    seen.clear()
    assert command(tmp_path, photo, "--styles", "2", "--side-by-side")[0] == 0
    assert size(tmp_path / "out/photo.png") == (SIZE[0], 3 * SIZE[1])


def test_a_style_is_taken_from_a_picture(
    tmp_path: Path, photo: Path, command: Callable, given: Callable
) -> None:
    seen = given("restyle-like")
    white = tmp_path / "white.png"
    Image.fromarray(np.full((5, 9), 255, np.uint8)).save(white)
    assert command(tmp_path, photo, white, "--style-from", white)[0] == 0
    (run,) = seen
    assert run["style_image"].shape == run["image"].shape == (2, *SIZE, 3)
    assert run["style_image"].min() == 1
    assert run["image"][0].min() < 0
    assert "--style-from IMAGE is needed" in command(tmp_path, photo)[1]


def test_drawing_a_value_or_each(tmp_path: Path, command: Callable, given: Callable) -> None:
    seen = given("draw")
    assert command(tmp_path, "--draw", 5, "--set", "category=dresses")[2] == {
        f"000{i}.png" for i in range(1, 6)
    }
    assert np.concatenate([run["category"] for run in seen]).tolist() == [[0, 1, 0]] * 5
    first = np.concatenate([run["style"] for run in seen])
    assert len(np.unique(first, axis=0)) == 5
    seen.clear()
    _, said, files = command(tmp_path, "--draw", 2)
    assert "written: 6 images" in said
    assert {f"{value}-000{i}.png" for value in ("pants", "dresses", "tops") for i in (1, 2)} <= files
    assert [run["category"].argmax(axis=1).tolist() for run in seen] == [[0, 0], [1, 1], [2, 2]]
    assert all(np.array_equal(run["style"], seen[0]["style"]) for run in seen)  # so that values compare
    command(tmp_path, "--draw", 2, "--side-by-side", "--set", "category=tops")
    assert size(tmp_path / "out/drawn.png") == (SIZE[0], 2 * SIZE[1])


def test_values_that_are_not_file_names(tmp_path: Path, command: Callable, given: Callable) -> None:
    noise, _ = stand_in_signature(StandInConfig(), "draw").inputs
    odd = Choice("category", ("../a", ".._a"), "")
    signature = stand_in_signature(StandInConfig(), "draw")
    given(replace(signature, inputs=(noise, odd), call=lambda style, category: style[:, None, None]))
    assert command(tmp_path, "--draw", 1)[2] == {"1-.._a-0001.png", "2-.._a-0001.png"}


@pytest.mark.parametrize(
    ("signature", "arguments", "message"),
    [
        (
            "change",
            "{photo} --set colour=red",
            "no attribute 'colour'; there are sleeve_length (short, long), ",
        ),
        ("change", "{photo} --set fit=wide", "--set fit=wide: fit must be one of loose, normal, tight"),
        ("change", "{photo} --set fit", "give NAME=VALUE, of sleeve_length"),
        ("change", "{photo} --set fit=loose --set fit=tight", "fit is loose already"),
        ("change", "{photo} --value 0.5", "--value: change does not use it; it takes images, --set"),
        ("change", "{photo} --styles 2", "--styles: change does not use it"),
        ("change", "{photo} --seed 2", "--seed: change does not use it"),
        ("change", "{photo} --draw 2", "--draw: change does not use it"),
        ("change", "", "no INPUT: name images to translate"),
        ("restyle", "{photo} --slide 2", "it takes images, --styles N, --seed N"),
        ("restyle", "{photo} --style-from {photo}", "--style-from: restyle does not use it"),
        ("slide", "{photo}", "--value is needed of sleeves (short to long)"),
        ("slide", "{photo} --value much", "--value much: must be a number from 0 to 1"),
        ("slide", "{photo} --value 9", "--value 9: must be a number from 0 to 1, or up to 5 either way"),
        ("slide", "{photo} --value nan", "--value nan: must be a number"),
        ("draw", "{photo}", "INPUT: draw does not use it; it takes --draw N, --set"),
        ("draw", "", "--draw N is needed"),
        ("draw", "--draw 2 --styles 2", "--styles: draw does not use it"),
    ],
)
def test_what_cannot_be_names_what_can(
    tmp_path: Path,
    photo: Path,
    command: Callable,
    given: Callable,
    signature: str,
    arguments: str,
    message: str,
) -> None:
    seen = given(signature)
    status, said, files = command(tmp_path, *arguments.format(photo=photo).split())
    assert (status, said.count("\n"), files, seen) == (2, 1, set(), []), said
    assert message in said


def test_a_choice_that_must_be_made(tmp_path: Path, photo: Path, command: Callable, given: Callable) -> None:
    signature = stand_in_signature(StandInConfig(), "change")
    picture, first, _ = signature.inputs
    given(replace(signature, inputs=(picture, replace(first, optional=False)), call=lambda image, **_: image))
    said = command(tmp_path, photo)[1]
    assert "sleeve_length is needed: --set sleeve_length=VALUE, one of short, long" in said


def test_runs_are_used_in_each_signature(
    tmp_path: Path, photo: Path, monkeypatch: pytest.MonkeyPatch, command: Callable
) -> None:
    """The checkpoint where there is not a bundle of that signature; the style's own for --style-from."""
    run, _ = stand_in_run(tmp_path / "run", monkeypatch)
    assert "change, 8x12, checkpoint of step 12" in command(run.path, photo)[1]
    status, said, _ = command(run.path, photo, "--direction", "restyle", "--style-from", photo)
    assert (status, "restyle-like, 8x12, checkpoint" in said) == (0, True)
    assert command(run.path, "--direction", "draw", "--draw", 1)[0] == 0
    assert "has no signature 'BtoA'" in command(run.path, photo, "--direction", "BtoA")[1]
    assert "takes no style from an image" in command(run.path, photo, "--style-from", photo)[1]


def test_a_run_uses_the_bundle_of_its_signature(
    tmp_path: Path, photo: Path, monkeypatch: pytest.MonkeyPatch, command: Callable
) -> None:
    run, _ = stand_in_run(tmp_path / "run", monkeypatch)
    monkeypatch.setattr(loading, "open_bundle", lambda bundle: (read_contract(bundle), b""))
    monkeypatch.setattr(loading, "onnx_runner", lambda *_: lambda arrays: np.zeros((1, *SIZE, 3), np.float32))
    for name, signature in (("bundle", "change"), ("bundle-draw", "draw")):
        (run.path / name).mkdir()
        origin = {"checkpoint": digest(run.checkpoints / "step-00000012")}
        source = from_inference(
            Inference(stand_in_signature(StandInConfig(), signature), "stand_in", "x", origin)
        )
        files = {"artifacts": {"onnx": {"path": "model.onnx"}}, "golden": [{}]}
        contract = {**describe(source, None), **files, "sha256": {"model.onnx": "0" * 64}}
        (run.path / name / "contract.json").write_text(json.dumps(contract))
    for arguments, expected in (
        ([photo], f"bundle {run.path / 'bundle'}, change"),
        ([photo, "--direction", "change"], f"bundle {run.path / 'bundle'}, change"),
        (["--direction", "draw", "--draw", "1"], f"bundle {run.path / 'bundle-draw'}, draw"),
    ):
        assert expected in command(run.path, *arguments)[1]
    said = command(run.path / "bundle", photo, "--direction", "draw")[1]
    assert "bundle is for change, not for 'draw': name its run" in said
