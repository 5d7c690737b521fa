"""Every picture comes back once, at its own size, and nothing is written over."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from export.verify import sha256
from recipes import _cli, translate
from zoo.training import inference
from zoo.usage import Picture, Usage

SIZE = (32, 24)


def call(arguments: list[str]) -> int:
    """Exit status of the command."""
    return _cli.run(translate.main, translate.parser().parse_args(arguments))


def image(path: Path, size: tuple[int, int] = (20, 30), colour: tuple[int, ...] = (200, 40, 10)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((*size, len(colour)), colour, np.uint8)).save(path)
    return path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle whose generator inverts."""
    made = tmp_path / "bundle"
    made.mkdir()
    value = onnx.helper.make_tensor_value_info
    shape = ("batch", *SIZE, 3)
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Neg", ["image"], ["translated"])],
        "negative",
        [value("image", onnx.TensorProto.FLOAT, shape)],
        [value("translated", onnx.TensorProto.FLOAT, shape)],
    )
    opsets = [onnx.helper.make_opsetid("", 18)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8), made / "model.onnx")
    contract = {
        "format_version": 1,
        "inputs": [{"name": "image", "shape": shape}],
        "outputs": [{"name": "translated", "shape": shape}],
        "artifacts": {},
        "tolerance": {},
        "sha256": {},
    }
    (made / "contract.json").write_text(json.dumps(contract))
    return made


def written(output: Path) -> set[str]:
    return {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path)).astype(int)


@pytest.mark.parametrize("size", [(32, 24), (20, 30), (101, 7), (1, 1), (64, 640)])
def test_any_size_and_aspect_comes_back_at_its_own(
    bundle: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    assert call([str(bundle), str(image(tmp_path / "a.png", size)), "--output", str(tmp_path / "out")]) == 0
    made = pixels(tmp_path / "out" / "a.png")
    assert made.shape == (*size, 3)
    assert np.abs(made - (55, 215, 245)).max() <= 1  # and the white around it was cropped


def test_folders_patterns_and_equal_names(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    photos = tmp_path / "photos"
    for name in ("a.jpg", "deep/a.jpg", "deep/b.png", ".hidden/c.png", "notes.txt"):
        image(photos / name) if name != "notes.txt" else (photos / name).write_text("no image")
    out = tmp_path / "out"
    assert call([str(bundle), str(photos), "--output", str(out), "--batch-size", "2"]) == 0
    assert written(out) == {"a.png", "deep/a.png", "deep/b.png"}
    assert "written: 3 of 3 pictures" in capsys.readouterr().out

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
    image(tmp_path / "photos" / "a.jpg")
    for _ in range(2):
        assert (
            call([str(bundle), str(tmp_path / "photos"), "--output", str(tmp_path / "photos" / "out")]) == 0
        )
    assert written(tmp_path / "photos") == {"a.jpg", "out/a.png"}


def test_an_altered_bundle_is_not_used(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    contract = json.loads((bundle / "contract.json").read_text())
    contract["sha256"] = {"model.onnx": sha256(bundle / "model.onnx")}
    (bundle / "contract.json").write_text(json.dumps(contract))
    arguments = [str(bundle), str(image(tmp_path / "a.png")), "--output", str(tmp_path / "out")]
    assert call(arguments) == 0
    with open(bundle / "model.onnx", "ab") as file:
        file.write(b"\0")
    capsys.readouterr()
    assert call(arguments) == 2
    assert "model.onnx was altered since it was verified" in capsys.readouterr().err


def test_side_by_side(bundle: Path, tmp_path: Path) -> None:
    image(tmp_path / "a.png")
    call([str(bundle), str(tmp_path / "a.png"), "--output", str(tmp_path / "out"), "--side-by-side"])
    made = pixels(tmp_path / "out" / "a.png")
    assert made.shape == (20, 60, 3)
    np.testing.assert_array_equal(made[:, :30], pixels(tmp_path / "a.png"))
    assert np.abs(made[:, 30:] - (55, 215, 245)).max() <= 1


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
    assert "1 of 2 pictures, 1 skipped" in captured.out
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
        "none is no directory": [tmp_path / "none", file, "--output", out],
        "is no bundle (contract.json) and no training run": [tmp_path / "empty", file, "--output", out],
        "is an input and would be written over": [bundle, file, "--output", file.parent],
        "cannot be made": [bundle, file, "--output", file / "below"],
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


def test_damaged_bundle_is_named(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (bundle / "model.onnx").write_bytes(b"damaged")
    assert call([str(bundle), str(image(tmp_path / "a.png")), "--output", str(tmp_path / "out")]) == 2
    assert "cannot be loaded" in capsys.readouterr().err


def test_a_bundle_needs_no_tensorflow(bundle: Path, tmp_path: Path) -> None:
    image(tmp_path / "a.png")
    code = (
        "import sys; sys.modules['tensorflow'] = None\n"
        "from recipes import _cli, translate\n"
        "sys.exit(_cli.run(translate.main, translate.parser().parse_args()))"
    )
    arguments = [str(bundle), str(tmp_path / "a.png"), "--output", str(tmp_path / "out")]
    subprocess.run([sys.executable, "-c", code, *arguments], cwd=Path(__file__).parents[2], check=True)
    assert written(tmp_path / "out") == {"a.png"}


def test_a_run_uses_its_bundle_only_while_that_is_fresh(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    import os

    run = tmp_path / "run"
    (run / "checkpoints").mkdir(parents=True)
    (run / "config.json").write_text("{}")
    bundle.rename(run / "bundle")

    # Changes nothing, unlike the bundle.
    usage = Usage("translate", "", {}, (Picture("image", 3, ""),), lambda image: image, SIZE, 1)
    found = inference.Inference(usage, "pix2pix", "", {"step": 1234})
    monkeypatch.setattr(inference, "load_inference", lambda path, usage: found)
    arguments = [str(run), str(image(tmp_path / "a.png", SIZE)), "--output", str(tmp_path / "out")]

    checkpoint = run / "checkpoints" / "step-2"
    checkpoint.write_text("")
    made = (run / "bundle" / "contract.json").stat().st_mtime
    for age, expected in ((-60, [55, 215, 245]), (60, [200, 40, 10])):
        os.utime(checkpoint, (made + age, made + age))
        assert call(arguments) == 0
        assert pixels(tmp_path / "out" / "a.png")[3, 3].tolist() == expected
    assert "checkpoint of step 1,234" in capsys.readouterr().out
