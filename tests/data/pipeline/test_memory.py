"""Peak memory does not depend on the size of the set, but for the names of its files."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[3]
SCRIPT = """
import resource, sys
from pathlib import Path
import numpy as np
from zoo.data.selection.pairs import find_pairs
from zoo.data.sets.file_set import check
from zoo.data.pipeline.pairs import PairSource
from zoo.evaluation import baselines

baselines.IN_MEMORY = 1 << 20
pairs, bad = check(find_pairs(Path(sys.argv[1])), on_bad="skip", decode=True)
source = PairSource(pairs, (64, 64), on_bad="skip", cache_bytes=0)
for _ in source.training(8).take(300):
    pass
made = baselines.Baselines.from_training(source.evaluation(16), source.target)
made.nearest(np.zeros((4, 64, 64, 3)))
print(len(pairs), len(bad), len(made), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def linked(root: Path, pairs: int) -> Path:
    """Pairs of hard links to ten images; every hundredth product is no image."""
    root.mkdir()
    random = np.random.default_rng(0)
    for i in range(10):
        Image.fromarray(random.integers(0, 256, (90, 70, 3), dtype=np.uint8)).save(root / f"{i}.jpg")
    (root / "bad.jpg").write_bytes((root / "0.jpg").read_bytes()[:4000])
    for name in ("cloth", "image"):
        (root / name).mkdir()
        for i in range(pairs):
            real = "bad.jpg" if name == "cloth" and i % 100 == 99 else f"{i % 10}.jpg"
            os.link(root / real, root / name / f"{i:06}.jpg")
    (root / "pairs.txt").write_text("".join(f"{i:06}.jpg {i:06}.jpg\n" for i in range(pairs)))
    for path in root.glob("*.jpg"):
        path.unlink()
    return root


def peak(root: Path, pairs: int) -> float:
    """MiB at most resident while a set was checked, trained on and evaluated."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", SCRIPT, str(linked(root, pairs))]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    usable, bad, known, kibibytes = said.split()
    assert (int(usable), int(bad), int(known)) == (pairs - pairs // 100, pairs // 100, pairs - pairs // 100)
    return int(kibibytes) / 1024


@pytest.mark.slow
def test_peak_memory_is_flat(tmp_path):
    """Measured 1.2 KiB a pair: three names, lists and a table of them, and the permutation of an epoch."""
    small, large = peak(tmp_path / "small", 500), peak(tmp_path / "large", 20_000)
    print(f"peak: {small:.0f} MiB with 500 pairs, {large:.0f} MiB with 20,000")
    assert large - small < 19_500 * 2 / 1024
