"""Scripts written for the version before this one still import what they need, and get the new names."""

import importlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from export.sources.training_run import export_run
from zoo import UserError, former_names
from zoo.engine.gan import GAN
from zoo.engine.signature import Signature

ROOT = Path(__file__).parents[1]


def test_every_former_module_leads_to_one_that_exists() -> None:
    for former, new in former_names._MODULES.items():
        for name in new:
            assert find_spec(name) is not None, f"{former} → {name}: moved on? Change zoo/former_names.py"
        assert not (ROOT / f"{former.replace('.', '/')}.py").exists(), former
    assert former_names._NAMES.keys() <= former_names._MODULES.keys()


@pytest.mark.parametrize("former", former_names._NAMES)
def test_renamed_names_lead_to_the_new_ones(former: str) -> None:
    with pytest.warns(DeprecationWarning, match=f"{former} is zoo"):
        module = importlib.reload(importlib.import_module(former))
    for name in former_names._NAMES[former]:
        assert callable(getattr(module, name)) or getattr(module, name) is not None


SCRIPT = """
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import zoo.schedules
    from zoo.porting.pix2pix import load_patchgan, load_unet
    from zoo.usage import Usage
    from zoo.draws import RandomLayer
    from export.any_size import {padding}
    from zoo.data.catalogue import read_catalogue
    from zoo.training.report.page import write_report
from zoo.engine.random import RandomLayer as new
assert RandomLayer is new
assert zoo.schedules.Schedule().kind == "constant"
assert caught[0].filename == "<string>", caught[0]
print(*(each.message for each in caught if "former name" in str(each.message)), sep="\\n")
try:
    zoo.schedules.Scedule
except AttributeError as error:
    print(error)
import zoo.pix3pix
"""


def test_a_script_of_the_version_before_runs() -> None:
    script = SCRIPT.format(padding="side_names")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = done.stdout.splitlines()
    assert lines[0].startswith("zoo.schedules is zoo.engine.schedule and zoo.engine.schedules now; ")
    assert lines[1].startswith("zoo.porting.pix2pix is zoo.reference.unet and zoo.reference.patchgan now")
    assert "(Usage → Signature)" in lines[2]
    assert lines[-1].startswith("module 'zoo.schedules' has no attribute 'Scedule'; look in zoo.engine.")
    assert "ModuleNotFoundError: No module named 'zoo.pix3pix'" in done.stderr


@pytest.mark.parametrize(
    ("package", "name", "module"),
    [
        ("export.sources", "export_run", "export.sources.training_run"),
        ("export.variants", "parse_variants", "export.variants.files"),
        ("export.verify", "check_files", "export.verify.files"),
    ],
)
def test_names_of_a_module_that_became_a_package(package: str, name: str, module: str) -> None:
    old = importlib.import_module(package)
    with pytest.warns(DeprecationWarning, match=rf"{package}\.{name} is {module}\.{name} now"):
        value = getattr(old, name)
    assert value is getattr(importlib.import_module(module), name)
    with pytest.raises(AttributeError):
        _ = old.something_else


def test_former_arguments_of_an_export(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    lines: list[str] = []
    with (
        pytest.warns(DeprecationWarning, match="export_run: (say|usage) is now called") as caught,
        pytest.raises(UserError, match=r"config\.json"),
    ):
        export_run(tmp_path, output=tmp_path / "bundle", usage="translate", say=lines.append)
    assert {each.filename for each in caught} == {__file__}
    assert lines == [f"{tmp_path}: loading the trained generator"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_former_modules_give_their_names_to_star_imports() -> None:
    names: dict[str, object] = {}
    exec("from zoo.usage import *", names)  # a function cannot have the statement itself
    assert names["Usage"] is names["Signature"] is Signature


def test_a_model_of_the_version_before_keeps_its_warning_signs() -> None:
    with pytest.warns(DeprecationWarning, match="discriminator_terms is now called discriminator_losses"):
        kind = type("Model", (GAN,), {"discriminator_terms": ("d_real", "d_fake")})
    assert kind.discriminator_losses == ("d_real", "d_fake")
