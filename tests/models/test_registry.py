"""The registry: its models from Python, as a table in each of its forms, and without TensorFlow."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from stand_in import MODEL, StandIn, StandInConfig

import zoo
import zoo.__main__ as command
import zoo.models
from zoo import UserError
from zoo.inference.run_checkpoint import take_weights
from zoo.models import registry

ROOT = Path(__file__).parents[2]
PIX2PIX = registry.model_info("pix2pix")


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of pix2pix in small and of a model outside the thesis's Table 1."""
    small = {"size": (32, 32), "generator_width": 1, "discriminator_width": 1}
    outside = replace(MODEL, supervised=None, example={"noise": 5})
    monkeypatch.setattr(registry, "models", lambda: (replace(PIX2PIX, example=small), outside))


def test_parameters_are_those_of_the_reference() -> None:
    """As junyanz's implementation prints them: 54.414 M and 2.769 M."""
    assert PIX2PIX.parameters == (54_413_955, 2_768_705)


def test_each_form_has_every_model(two: None, capsys: pytest.CaptureFixture) -> None:
    model = StandIn(StandInConfig(noise=5))
    counts = [model.coder.count_params() + model.styler.count_params(), model.discriminator.count_params()]
    assert command.main(["--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert [second["generator_parameters"], second["discriminator_parameters"]] == counts
    assert (first["supervised"], first["latent_space"], second["supervised"]) == (True, False, None)
    assert second["usages"][0] == "change"

    assert command.main(["--markdown"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| [pix2pix](https://arxiv.org/abs/1611.07004) | one domain to another")
    assert "| ✓ | – | – | – |" in lines[2]
    assert f"|  |  |  |  | {counts[0]:,} + {counts[1]:,} | `recipes.none` |" in lines[3]

    assert command.main([]) == 0
    said = capsys.readouterr().out
    assert "supervised yes, multi-domain no, multi-modal no, latent space no" in said
    assert f"{counts[0]:,} + {counts[1]:,} parameters" in said


def test_a_wide_terminal_gets_a_table(two: None, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for columns, boxed in ((200, True), (80, False)):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(command.os, "get_terminal_size", lambda c=columns: os.terminal_size((c, 50)))
        command.main([])
        assert ("┃" in capsys.readouterr().out) == boxed


def test_the_library_lists_describes_and_creates_models() -> None:
    names = zoo.list_models()
    assert names[:4] == ["dcgan", "conditional_gan", "pix2pix", "cyclegan"]  # as their papers appeared
    info = zoo.model_info("cyclegan")
    assert (info.title, info.signatures, info.supervised) == ("CycleGAN", ("AtoB", "BtoA"), False)
    assert "python -m recipes.cyclegan_pattern" in repr(info)
    assert "multi-domain no" in repr(info)

    narrow = {"generator_width": 1, "discriminator_width": 1}
    digits = zoo.create_model("conditional_gan", **narrow)
    assert [len(each.values) for each in digits.config.attributes] == [10]  # the paper's
    small = zoo.create_model("pix2pix", precision="float64", size=(32, 64), **narrow)
    assert small(np.zeros((1, 32, 64, 3))).dtype == "float64"


def test_every_public_name_is_there() -> None:
    """``__all__`` names what ``from zoo import *`` gives, the models' classes among it."""
    assert {"create_model", "list_models", "load", "model_info", "UserError"} < set(zoo.__all__)
    assert {"Pix2Pix", "Pix2PixConfig", "MUNIT", "MUNITConfig"} < set(zoo.__all__)
    for name in zoo.__all__:
        assert getattr(zoo, name).__name__ == name
    with pytest.raises(AttributeError, match=r"no attribute 'Pix3Pix'; it has .*Pix2Pix"):
        zoo.Pix3Pix  # noqa: B018


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: zoo.model_info("pixpix"), "model 'pixpix': unknown; choose from dcgan, .*, munit"),
        (lambda: zoo.create_model("dcgan", preset="fast"), "`preset` 'fast': unknown; choose from paper"),
        (lambda: zoo.create_model("dcgan", precision="half"), "`precision` 'half': unknown; .*mixed_float16"),
        (
            lambda: zoo.create_model("dcgan", widht=3),
            "`widht`: unknown; a DCGANConfig has the fields .*size, ",
        ),
    ],
)
def test_what_is_unknown_is_answered_with_what_is_known(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        call()


def test_a_model_is_added_by_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is listed, created, counted and used without a line elsewhere."""
    folder = tmp_path / "brightness"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        """from zoo.models.info import ModelInfo

MODEL = ModelInfo(
    name="brightness",
    title="Brightness",
    task="brighter pictures",
    paper="https://example.org",
    published="2030-01",
    recipe="recipes.brightness",
    model="zoo.models.brightness.model:Brightness",
    configuration="zoo.models.brightness.model:BrightnessConfig",
    signature="zoo.models.brightness.model:brightness_signature",
    signatures=("brighten",),
)
"""
    )
    (folder / "model.py").write_text(
        """from dataclasses import dataclass

from zoo.backend import keras
from zoo.engine.gan import GAN
from zoo.engine.signature import Picture, Signature


@dataclass(frozen=True)
class BrightnessConfig:
    size: tuple[int, int] = (8, 8)


class Brightness(GAN):
    def __init__(self, config, precision="float32"):
        super().__init__()
        self.config, self.precision = config, precision
        self.generator = network()

    def parts(self):
        return {"generator": self.generator}


def network():
    return keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(3, 1, name="out")])


def brightness_signature(config, name):
    generator = network()
    inputs = (Picture("image", 3, "a picture"),)
    return Signature(name, "a brighter one", {"generator": generator}, inputs, generator, config.size, 1)
"""
    )
    monkeypatch.setattr(zoo.models, "__path__", [*zoo.models.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    assert zoo.list_models()[-1] == "brightness"
    info = zoo.model_info("brightness")
    assert info.parameters == (3 * 3 + 3, 0)
    model = zoo.create_model("brightness", size=(8, 16))
    assert model.config.size == (8, 16)
    signature = info.load("signature")(model.config, *info.signatures)
    take_weights(signature, model.generators(), {})
    image = np.random.default_rng(0).uniform(-1, 1, (1, *signature.size, 3)).astype("float32")
    np.testing.assert_array_equal(signature.call(image), model.generator(image))


def test_the_table_and_help_need_no_tensorflow() -> None:
    code = (
        "import sys; sys.modules['tensorflow'] = None\n"
        "import zoo; zoo.model_info(zoo.list_models()[0]); from zoo.__main__ import main; main(['--help'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert "usage: python -m zoo" in done.stdout


def test_configurations_take_lists_as_json_has_them() -> None:
    fields = {"size": [64, 64], "crop": [32, 32], "diffaugment": ["color"]}
    assert zoo.Pix2PixConfig(**fields) == zoo.Pix2PixConfig(
        **{name: tuple(value) for name, value in fields.items()}
    )
