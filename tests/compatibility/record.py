"""Records small runs, bundles and what they answer, by an older checkout of this project.

``python tests/compatibility/record.py CHECKOUT OUTPUT.tar.xz``: the archive holds ``data/``, ``runs/``,
``photo.png``, ``translated/<run>.png`` and ``translated/<run>-bundle.png``, and ``continued/<run>/`` with
``metrics.csv`` (and ``evaluation.json``, see ``MEASURED``) of the same run after one more step.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

NARROW = ("--generator-width", "2", "--discriminator-width", "2")
CATALOGUE = ("--data", "data/catalogue", "--held-out", "3")
PATTERNS = ("--from", "unicolors", "--to", "print")
# run: (recipe, options, options of translate)
RUNS = {
    "pix2pix": (
        "pix2pix_product2model",
        ("--data", "data/pairs", "--held-out", "2", "--size", "32", *NARROW),
        (),
    ),
    "cyclegan": (
        "cyclegan_pattern",
        (*CATALOGUE, *PATTERNS, "--size", "32", *NARROW, "--blocks", "1", "--pool-size", "2",
         "--weight-identity", "0.5"),
        ("--direction", "BtoA"),
    ),
    "stargan": (
        "stargan_attributes",
        (*CATALOGUE, "--size", "32", *NARROW, "--blocks", "1", "--repeat-num", "3", "--n-critic", "2",
         "--attributes", "sleeve_length,fit", "--keep-rate", "0.5", "--weight-identity", "5"),
        ("--set", "fit=tight"),
    ),
    "munit": (
        "munit_styles",
        (*CATALOGUE, *PATTERNS, "--size", "64", "--width", "2", "--mlp-width", "4", "--blocks", "1",
         "--discriminator-width", "2"),
        ("--styles", "1"),
    ),
    "fader": (
        "fader_attributes",
        (*CATALOGUE, "--size", "32", "--layers", "2", "--width", "2", "--hidden-width", "4"),
        ("--value", "0.7"),
    ),
    "dcgan": ("dcgan_products", (*CATALOGUE, "--size", "28", *NARROW, "--noise", "4"), ("--draw", "1")),
    "cgan": (
        "cgan_categories",
        (*CATALOGUE, "--size", "28", *NARROW, "--noise", "4"),
        ("--draw", "1", "--set", "category=tops"),
    ),
}  # fmt: skip
# run: its bundle that is kept; all would be too large
BUNDLES = {
    "pix2pix": "bundle", "stargan": "bundle", "cyclegan": "bundle-BtoA", "fader": "bundle", "cgan": "bundle"
}  # fmt: skip
MEASURED = ("pix2pix", "stargan")  # whose held-out metrics are recorded; the others' classifiers are zero
ENGINE = (
    *("--precision", "float32", "--strategy", "one", "--batch-size", "2", "--log-every", "1"),
    *("--sample-every", "2", "--checkpoint-every", "2", "--keep", "1"),
)
# Small golden pictures of other sizes, which are noise and would fill the archive.
SMALL_GOLDEN = (
    "import runpy, sys, export.contract\nexport.contract.SIZES = ((32, 48), (41, 53))\n"
    "sys.argv = sys.argv[1:]\nrunpy.run_module(sys.argv[0], run_name='__main__', alter_sys=False)"
)


def draw_pairs(folder: Path, pairs: int = 6) -> None:
    """Noise for two folders with pictures of the same names."""
    random = np.random.default_rng(0)
    for side in ("A", "B"):
        (folder / side).mkdir(parents=True)
        for i in range(pairs):
            pixels = random.integers(0, 256, (32, 32, 3), np.uint8)
            Image.fromarray(pixels).save(folder / side / f"{i}.png")


def coarsen(path: Path, step: float) -> None:
    """Round a classifier's weights to multiples of ``step``, or to zero, which makes the file compress."""
    with np.load(path) as archive:
        arrays = dict(archive)
    for name, array in arrays.items():
        if array.dtype == np.float32:
            arrays[name] = (
                (np.round(array / step) * step).astype(np.float32) if step else np.zeros_like(array)
            )
    np.savez(path, **arrays)


def record(checkout: Path, folder: Path) -> None:
    """Write everything but the archive into the new ``folder``."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}

    def command(module: str, *arguments: str) -> None:
        words = [sys.executable, "-c", SMALL_GOLDEN, module, *arguments]
        print("+", module, *arguments, flush=True)
        subprocess.run(words, cwd=folder, env=environment, check=True)

    draw_pairs(folder / "data/pairs")
    shutil.copy(folder / "data/pairs/A/0.png", folder / "photo.png")
    size = ("--products", "40", "--size", "64", "--no-shots")
    command("recipes.sample_catalogue", "--output", "data/catalogue", *size)
    for name, (recipe, options, translate) in RUNS.items():
        run = folder / "runs" / name
        begin = ("--run", f"runs/{name}", "--steps", "2")
        command(f"recipes.{recipe}", *options, *ENGINE, *begin)
        shutil.rmtree(run / "logs")
        (run / "report.html").unlink()
        if (run / "classifier.npz").is_file():
            coarsen(run / "classifier.npz", 1 / 8 if name in MEASURED else 0)
        translate_both(command, folder, name, translate)
        shutil.copytree(run, folder / "copy" / name)
        command(
            f"recipes.{recipe}", "--run", f"copy/{name}", "--resume", "--steps", "3", "--no-export",
            *(options[: options.index("--held-out")]),
        )  # fmt: skip
        (folder / "continued" / name).mkdir(parents=True)
        for file in ("metrics.csv", "evaluation.json")[: 2 if name in MEASURED else 1]:
            shutil.copy(folder / "copy" / name / file, folder / "continued" / name / file)
        for picture in (run / "samples").glob("*.png"):
            picture.unlink()
        for bundle in run.glob("bundle*"):
            if bundle.name != BUNDLES.get(name):
                shutil.rmtree(bundle)
    for leftover in ("copy", "data/classifiers"):
        shutil.rmtree(folder / leftover, ignore_errors=True)


def translate_both(command: Callable[..., None], folder: Path, name: str, options: tuple[str, ...]) -> None:
    """Record a picture of the run's own checkpoint, and one of its bundle if that is kept."""
    photo = () if "--draw" in options else ("photo.png",)
    run, scratch = folder / "runs" / name, folder / "scratch"
    (folder / "translated").mkdir(exist_ok=True)
    if name in BUNDLES:
        bundle = f"runs/{name}/{BUNDLES[name]}"
        command("recipes.translate", bundle, *photo, *without_direction(options), "--output", "scratch")
        (picture,) = scratch.iterdir()
        picture.rename(folder / f"translated/{name}-bundle.png")
    bundles = list(run.glob("bundle*"))
    for each in bundles:
        each.rename(folder / each.name)
    command("recipes.translate", f"runs/{name}", *photo, *options, "--output", "scratch")
    for each in bundles:
        (folder / each.name).rename(each)
    (picture,) = scratch.iterdir()
    picture.rename(folder / f"translated/{name}.png")
    shutil.rmtree(scratch)


def without_direction(options: tuple[str, ...]) -> tuple[str, ...]:
    """Options of ``translate`` for a bundle, which has one direction."""
    return tuple(option for option in options if option not in ("--direction", "BtoA"))


def main() -> None:
    """Record, and write the archive."""
    checkout, archive = (Path(word).resolve() for word in sys.argv[1:])
    folder = Path(tempfile.gettempdir()) / "shop"  # stands in config.json, so no name of this machine's
    folder.mkdir()
    try:
        record(checkout, folder)
        with tarfile.open(archive, "w:xz") as tar:
            for path in sorted(folder.iterdir()):
                tar.add(path, path.name)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
