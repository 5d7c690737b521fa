"""Compares an older checkout with this one: the time of a training step and of ``--help``.

    python tests/benchmarks/before_after.py OLD_CHECKOUT [ROUNDS]

Both checkouts take turns, ROUNDS times (default 3), on an otherwise idle machine. The table gives medians
and the ratio now / before, in Markdown. A step is timed by the recipe's own ``metrics.csv``, without its
first rows, in which TensorFlow traces.
"""

import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parents[2]
TRACING = 2  # rows of metrics.csv that are not counted
BATCH = 4
ENGINE = (
    *("--batch-size", str(BATCH), "--steps", "40", "--log-every", "5", "--sample-every", "1000"),
    *("--checkpoint-every", "1000", "--precision", "float32", "--strategy", "one", "--no-export"),
)
PATTERNS = ("--from", "unicolors", "--to", "stripes")
# recipe: its options
STEPS = {
    "pix2pix_product2model": ("--size", "64", "--generator-width", "32", "--discriminator-width", "32"),
    "cyclegan_pattern": (*PATTERNS, "--size", "64", "--generator-width", "16", "--discriminator-width", "16"),
    "stargan_attributes": ("--size", "64", "--generator-width", "16", "--discriminator-width", "16"),
}
HELP = ("recipes.pix2pix_product2model", "recipes.translate", "export")


def run(checkout: Path, folder: Path, module: str, *options: str) -> float:
    """Seconds that a command of ``checkout`` takes in ``folder``."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", module, *options]
    start = time.perf_counter()
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if result.returncode:
        raise SystemExit(f"{checkout}: {' '.join(command)}\n{result.stdout}{result.stderr}")
    return seconds


def step_milliseconds(checkout: Path, folder: Path, recipe: str, run_name: str) -> float:
    """Time of a training step, by the median row of ``metrics.csv``."""
    data = ("--data", "catalogue", "--held-out", "8")
    run(checkout, folder, f"recipes.{recipe}", *data, *STEPS[recipe], *ENGINE, "--run", run_name)
    with (folder / run_name / "metrics.csv").open() as file:
        speeds = [float(row["images_per_second"]) for row in csv.DictReader(file)]
    return 1000 * BATCH / statistics.median(speeds[TRACING:])


def main(old: Path, rounds: int) -> None:
    """Measure, and print the table."""
    checkouts = {"before": old.resolve(), "now": HERE}
    times: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        size = ("--output", "catalogue", "--products", "120", "--size", "64")
        run(old.resolve(), folder, "recipes.sample_catalogue", *size)
        run(old.resolve(), folder, "recipes.select_model_shots", "catalogue")
        for number in range(rounds):
            for when, checkout in checkouts.items():
                for module in HELP:
                    for _ in range(3):
                        seconds = run(checkout, folder, module, "--help")
                        times.setdefault((f"`{module} --help`, s", when), []).append(seconds)
                for recipe in STEPS:
                    step = step_milliseconds(checkout, folder, recipe, f"{when}-{recipe}-{number}")
                    times.setdefault((f"step of `{recipe}`, ms", when), []).append(step)
    print("| | before | now | now / before |\n|---|---|---|---|")
    for title in dict.fromkeys(title for title, _ in times):
        before, now = (statistics.median(times[title, when]) for when in checkouts)
        print(f"| {title} | {before:.3g} | {now:.3g} | {now / before:.2f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
