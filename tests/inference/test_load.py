"""``zoo.load`` gives what the command gives, of a run and of a bundle, in every kind of signature."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from stand_in import SIGNATURES, SIZE, StandInConfig, stand_in_run, stand_in_signature
from tiny_bundle import picture, write_tiny_bundle

import zoo
from export import bundle as bundle_module
from export.sources.training_run import export_run
from export.verify import verify
from recipes import translate
from zoo import command_line
from zoo.data.images import read_image
from zoo.errors import UserError

SETTINGS = {
    "change": ({"sleeve_length": "long", "fit": "tight"}, ["--set", "sleeve_length=long,fit=tight"]),
    "restyle": ({"style": 7}, ["--seed", "7"]),
    "restyle-like": ({"style_image": "photo"}, ["--style-from", "photo"]),
    "slide": ({"sleeves": 0.7}, ["--value", "0.7"]),
    "draw": ({"category": "dresses", "seed": 3}, ["--draw", "3", "--set", "category=dresses", "--seed", "3"]),
}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo that is neither as large nor as wide as the model's."""
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (30, 17, 3), np.uint8)).save(path)
    return path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(bundle_module, "verify_as_receiver", lambda part: verify(part, saved_model=True))
    return stand_in_run(tmp_path / "run", monkeypatch)[0].path


@pytest.mark.parametrize("kind", ["run", pytest.param("bundle", marks=pytest.mark.thorough)])
@pytest.mark.parametrize("name", SIGNATURES)
def test_it_gives_what_the_command_gives(
    run: Path, photo: Path, tmp_path: Path, name: str, kind: str
) -> None:
    settings, options = SETTINGS[name]
    source = export_run(run, signature=name) if kind == "bundle" else run
    translator = zoo.load(source, name)
    settings = {key: photo if value == "photo" else value for key, value in settings.items()}
    if name == "draw":
        images = translator.draw(3, **settings)
    else:
        images = [translator(read_image(photo), **settings)]
        assert np.array_equal(np.asarray(translator(photo, **settings)), images[0])

    options = [str(photo) if word == "photo" else word for word in options]
    inputs = [] if name == "draw" else [str(photo)]
    direction = ["--direction", name.removesuffix("-like")] if kind == "run" else []
    words = [str(source), *inputs, *options, *direction, "--output", str(tmp_path / "out")]
    assert command_line.run(translate.main, translate.parser().parse_args(words)) == 0
    files = sorted((tmp_path / "out").iterdir())
    np.testing.assert_array_equal(images, [read_image(file) for file in files])

    info = translator.info
    assert (info.signature, info.model, info.recipe, info.size) == (name, "stand_in", "stand_in_recipe", SIZE)
    assert (info.source, len(info.sha256), info.provenance["step"]) == (source, 64, 12)
    assert (info.runtime == "TensorFlow") == (kind == "run")
    expected = stand_in_signature(StandInConfig(), name).inputs  # a bundle says more of what each means
    assert [replace(each, meaning="") for each in translator.inputs] == [
        replace(each, meaning="") for each in expected
    ]


def test_a_style_from_an_image_needs_no_second_load(run: Path, photo: Path) -> None:
    """A run opens the signature for it automatically; a bundle has one signature."""
    image = read_image(photo)
    styled = zoo.load(run, "restyle")(image, style_image=image)
    np.testing.assert_array_equal(styled, zoo.load(run, "restyle-like")(image, style_image=photo))
    bundle = export_run(run, signature="restyle")
    translator = zoo.load(run, "restyle")
    assert translator.info.source == bundle
    np.testing.assert_array_equal(translator(image, style_image=image), styled)
    with pytest.raises(UserError, match="takes no style from an image"):
        zoo.load(bundle)(image, style_image=image)
    with pytest.raises(UserError, match="takes no style from an image"):
        zoo.load(run, "slide")(image, style_image=image, sleeves=0)


WITHOUT_TENSORFLOW = """
import sys
sys.modules["tensorflow"] = None
import numpy as np
import zoo
translator = zoo.load(sys.argv[1])
image = np.full((5, 7, 3), 200, np.uint8)
assert np.abs(translator(image).astype(int) - 55).max() <= 1
assert translator.inputs[0].name == "image"
print(translator, translator.info)
try:
    zoo.load(sys.argv[2])
except zoo.UserError as error:
    assert "tensorflow is not installed" in str(error)
else:
    raise AssertionError
"""


def test_a_bundle_needs_no_tensorflow(tmp_path: Path) -> None:
    """Nor Keras: ONNX Runtime, numpy and Pillow run it."""
    bundle = write_tiny_bundle(tmp_path / "bundle")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text("{}")
    words = [sys.executable, "-c", WITHOUT_TENSORFLOW, str(bundle), str(tmp_path / "run")]
    subprocess.run(words, cwd=Path(__file__).parents[2], check=True)


STYLED_WITHOUT_TENSORFLOW = """
import sys
sys.modules["tensorflow"] = None
import zoo
from zoo.inference.loading import load_styled
for run in sys.argv[1:]:
    try:
        load_styled(run)
    except zoo.UserError as error:
        print(error)
"""


def test_whether_a_run_takes_styles_is_known_without_tensorflow(tmp_path: Path) -> None:
    words = []
    for model in ("pix2pix", "munit"):
        (tmp_path / model).mkdir()
        config = {"format": 1, "model": model, "configuration": {}}
        (tmp_path / model / "config.json").write_text(json.dumps(config))
        words.append(str(tmp_path / model))
    words = [sys.executable, "-c", STYLED_WITHOUT_TENSORFLOW, *words]
    done = subprocess.run(words, cwd=Path(__file__).parents[2], check=True, capture_output=True, text=True)
    without, needed = done.stdout.splitlines()
    assert "takes no style from an image" in without
    assert "has no bundle for AtoB-like of its newest or best checkpoint, and tensorflow is not" in needed


def test_names_of_conditions_that_are_names_of_inputs(tmp_path: Path) -> None:
    """Whoever writes a contract may call an attribute "image"."""
    ends = {"low": "short", "high": "long"}
    amount = {"name": "x", "kind": "amount", "meaning": "", "shape": ["batch", 1], "dtype": "float32"}
    bundle = write_tiny_bundle(
        tmp_path / "bundle",
        inputs=[picture("image"), {**amount, "layout": "NC", "range": [0, 1], **ends}],
        conditions=[{"name": "image", "input": "x", "kind": "amount", **ends}],
    )
    with pytest.raises(UserError, match="`x` is missing"):
        zoo.load(bundle)(np.zeros((*SIZE, 3), np.uint8))
