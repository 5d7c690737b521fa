"""Data can be prepared by a program that has no TensorFlow; only feeding needs it."""

from pathlib import Path

from tiny_data import python

SCRIPT = """
import sys
from pathlib import Path
sys.modules["tensorflow"] = None
import zoo.data
root = Path(sys.argv[1])
zoo.data.write_sample_catalogue(root, 40, 64)
zoo.data.select_model_shots(root)
pairs = zoo.data.prepare_pairs(root)
images = zoo.data.prepare_images(root, ("category",), held_out=1)
domains = zoo.data.prepare_domains(root, *images.usable.attributes[0].values[:2], held_out=1)
print(len(pairs.training), len(pairs.held_out), len(images.usable), len(domains.sets))
feeding = {"domain_source", "image_source", "pair_source"}
for name in set(zoo.data.__all__) - feeding:
    getattr(zoo.data, name)
for name in feeding:
    try:
        getattr(zoo.data, name)
    except ImportError:
        continue
    raise AssertionError(f"{name} was imported without TensorFlow")
"""


def test_a_catalogue_is_prepared_without_tensorflow(tmp_path: Path) -> None:
    done = python("-c", SCRIPT, tmp_path / "shop")
    assert (done.returncode, done.stdout) == (0, "36 4 40 2\n"), done.stderr
