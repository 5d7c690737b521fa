"""Every image comes back once, at its own size, and nothing is written over."""

import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_bundle import SIZE, picture, tiny_contract, write_contract, write_tiny_bundle

from recipes import translate
from zoo import command_line
from zoo.engine.signature import Picture, Signature
from zoo.inference import run_checkpoint as inference


def call(arguments: list[str]) -> int:
    """Exit status of the command."""
    return command_line.run(translate.main, translate.parser().parse_args(arguments))


def image(path: Path, size: tuple[int, int] = (20, 30), colour: tuple[int, ...] = (200, 40, 10)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((*size, len(colour)), colour, np.uint8)).save(path)
    return path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle whose generator inverts."""
    return write_tiny_bundle(tmp_path / "bundle")


def written(output: Path) -> set[str]:
    return {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path)).astype(int)


@pytest.mark.parametrize("size", [SIZE, (20, 30), (101, 7), (1, 1), (64, 640)])
def test_any_size_and_aspect_comes_back_at_its_own(
    bundle: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    assert call([str(bundle), str(image(tmp_path / "a.png", size)), "--output", str(tmp_path / "out")]) == 0
    result = pixels(tmp_path / "out" / "a.png")
    assert result.shape == (*size, 3)
    assert np.abs(result - (55, 215, 245)).max() <= 1  # and the white around it was cropped


def test_folders_patterns_and_equal_names(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    photos = tmp_path / "photos"
    for name in ("a.jpg", "deep/a.jpg", "deep/b.png", ".hidden/c.png", "notes.txt"):
        image(photos / name) if name != "notes.txt" else (photos / name).write_text("no image")
    out = tmp_path / "out"
    assert call([str(bundle), str(photos), "--output", str(out), "--batch-size", "2"]) == 0
    assert written(out) == {"a.png", "deep/a.png", "deep/b.png"}
    assert "written: 3 of 3 images" in capsys.readouterr().out

    assert call([str(bundle), f"{photos}/**/*.jpg", "--output", str(tmp_path / "glob")]) == 0
    assert written(tmp_path / "glob") == {"a.png", "deep/a.png"}

    # equal names from different folders, and from files that differ in their ending alone
    image(tmp_path / "other" / "a.jpg")
    image(photos / "a.png")
    inputs = [str(photos / "a.jpg"), str(tmp_path / "other" / "a.jpg"), str(photos / "a.png")]
    assert call([str(bundle), *inputs, "--output", str(tmp_path / "flat")]) == 0
    assert written(tmp_path / "flat") == {"photos/a.jpg.png", "photos/a.png.png", "other/a.png"}


def test_an_input_named_twice_is_translated_once(bundle: Path, tmp_path: Path) -> None:
    file = image(tmp_path / "photos" / "a.png")
    assert call([str(bundle), str(file), str(file.parent), "--output", str(tmp_path / "out")]) == 0
    assert written(tmp_path / "out") == {"a.png"}


def test_output_below_the_inputs_is_not_taken_for_input(bundle: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    image(photos / "a.jpg")
    for more in ([], ["--overwrite"]):
        assert call([str(bundle), str(photos), "--output", str(photos / "out"), *more]) == 0
    assert written(photos) == {"a.jpg", "out/a.png"}


def test_an_altered_bundle_is_not_used(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    with open(bundle / "model.onnx", "ab") as file:
        file.write(b"\0")
    assert call([str(bundle), str(image(tmp_path / "a.png")), "--output", str(tmp_path / "out")]) == 2
    assert "model.onnx was altered since it was verified" in capsys.readouterr().err


def test_side_by_side(bundle: Path, tmp_path: Path) -> None:
    image(tmp_path / "a.png")
    call([str(bundle), str(tmp_path / "a.png"), "--output", str(tmp_path / "out"), "--side-by-side"])
    result = pixels(tmp_path / "out" / "a.png")
    assert result.shape == (20, 60, 3)
    np.testing.assert_array_equal(result[:, :30], pixels(tmp_path / "a.png"))
    assert np.abs(result[:, 30:] - (55, 215, 245)).max() <= 1


def test_bad_files_are_refused_or_named(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    image(tmp_path / "photos" / "b.png")
    (tmp_path / "photos" / "a.jpg").write_bytes(b"<html>not found")
    arguments = [str(bundle), str(tmp_path / "photos"), "--output", str(tmp_path / "out")]
    assert call(arguments) == 2
    error = capsys.readouterr().err
    assert "a.jpg is a web page" in error
    assert "--on-bad skip" in error
    assert call([*arguments, "--on-bad", "skip"]) == 0
    captured = capsys.readouterr()
    assert "1 of 2 images, 1 skipped" in captured.out
    assert "skipped: " in captured.err
    assert written(tmp_path / "out") == {"b.png"}


def test_errors_are_one_line_that_names_the_fault(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    file = image(tmp_path / "in" / "a.png")
    (tmp_path / "empty").mkdir()
    out = str(tmp_path / "out")
    cases = {
        "nothing.png matches no file": [bundle, tmp_path / "nothing.png", "--output", out],
        "*.gif matches no file": [bundle, tmp_path / "*.gif", "--output", out],
        "empty holds no images": [bundle, tmp_path / "empty", "--output", out],
        "none is not a directory": [tmp_path / "none", file, "--output", out],
        "is neither a bundle (contract.json) nor a training run": [tmp_path / "empty", file, "--output", out],
        "is an input and would be written over": [bundle, file, "--output", file.parent],
        "cannot be written (Not a directory)": [bundle, file, "--output", file / "below"],
        "--batch-size": [bundle, file, "--output", out, "--batch-size", "0"],
    }
    for message, arguments in cases.items():
        try:
            status = call([str(argument) for argument in arguments])
        except SystemExit as left:
            status = left.code
        error = capsys.readouterr().err
        assert (status, error.count("\n")) == (2, 1), error
        assert message in error
    assert pixels(file)[0, 0].tolist() == [200, 40, 10]


@pytest.mark.parametrize(
    ("model", "contract", "message"),
    [
        (b"damaged", {}, "is damaged, or no ONNX"),
        (
            None,
            {"outputs": [picture("another")]},
            "the model's outputs are translated, and the contract's another",
        ),
        (None, {"inputs": [{**picture("image"), "range": [0, 1]}]}, r"in \[0, 1\], and images here are"),
        (None, {"inputs": [{**picture("image"), "shape": ["batch", 4, 6, 4]}]}, "with 1 or 3 channels"),
        (
            None,
            {"size": {"height": 4, "width": 4}},
            r"image has the shape .*, and the contract's size is 4x4",
        ),
        (
            None,
            {"outputs": [{**picture("translated"), "shape": ["batch", 4, 6, 1]}]},
            "the model gave float32",
        ),
    ],
)
def test_a_model_that_is_not_as_its_contract_says_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture, model: bytes | None, contract: dict, message: str
) -> None:
    """Their hashes are right: whoever wrote the bundle wrote them."""
    bundle = write_tiny_bundle(tmp_path / "bundle")
    if model is not None:
        (bundle / "model.onnx").write_bytes(model)
    write_contract(bundle, tiny_contract(**contract))
    assert call([str(bundle), str(image(tmp_path / "a.png")), "--output", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert re.search(message, said), said
    assert said.count("\n") == 1


def test_a_bundle_needs_no_tensorflow(bundle: Path, tmp_path: Path) -> None:
    image(tmp_path / "a.png")
    code = (
        "import sys; sys.modules['tensorflow'] = None\n"
        "from recipes import translate\nfrom zoo import command_line\n"
        "sys.exit(command_line.run(translate.main, translate.parser().parse_args()))"
    )
    arguments = [str(bundle), str(tmp_path / "a.png"), "--output", str(tmp_path / "out")]
    subprocess.run([sys.executable, "-c", code, *arguments], cwd=Path(__file__).parents[2], check=True)
    assert written(tmp_path / "out") == {"a.png"}


def test_a_run_uses_its_bundle_only_while_that_is_of_its_newest_or_best_checkpoint(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """Whatever the times of the files: a copy changes them, and a clock may be set."""
    run = tmp_path / "run"
    (run / "checkpoints").mkdir(parents=True)
    (run / "config.json").write_text('{"date": "2024-01-01"}')
    bundle.rename(run / "bundle")

    # Changes nothing, unlike the bundle.
    signature = Signature("translate", "", {}, (Picture("image", 3, ""),), lambda image: image, SIZE, 1)
    trained = inference.Inference(signature, "pix2pix", "", {"step": 15})
    monkeypatch.setattr(inference, "load_inference", lambda path, signature: trained)
    arguments = [str(run), str(image(tmp_path / "a.png", SIZE)), "--overwrite", "--output"]

    def uses_bundle() -> bool:
        assert call([*arguments, str(tmp_path / "out")]) == 0
        pixel = pixels(tmp_path / "out" / "a.png")[3, 3].tolist()
        assert pixel in ([55, 215, 245], [200, 40, 10])
        return pixel == [55, 215, 245]

    def checkpoint(step: int) -> str:
        folder = run / "checkpoints" / f"step-{step:08d}"
        folder.mkdir()
        (folder / "state.json").write_text(json.dumps({"step": step}))
        os.utime(folder / "state.json", (0, 0))  # long before the bundle
        return sha256((folder / "state.json").read_bytes()).hexdigest()

    assert uses_bundle()  # there is nothing newer
    ten = checkpoint(10)
    write_contract(run / "bundle", tiny_contract(provenance={"step": 10, "checkpoint": ten}))
    assert uses_bundle()
    for origin, same in (
        ({"step": 10, "date": "2024-01-01"}, True),  # of an earlier version
        ({"step": 10, "date": "2023-12-31"}, False),
        ({"step": 10, "checkpoint": "0" * 64}, False),  # trained again to the same step
        ({"step": 10, "checkpoint": ten}, True),
    ):
        write_contract(run / "bundle", tiny_contract(provenance=origin))
        assert uses_bundle() == same, origin
    checkpoint(15)
    assert not uses_bundle()
    assert "checkpoint of step 15" in capsys.readouterr().out
    (run / "checkpoints" / "best.json").write_text('{"metric": "l1", "step": 10, "value": 0.1}')
    assert uses_bundle()
