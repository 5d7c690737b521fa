"""New products drawn from noise: GAN, DCGAN."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes import _drawn
from recipes._training import Job, Signatures, train
from recipes.options import groups
from recipes.options.parser import recipe_parser
from recipes.options.presets import show_presets
from recipes.options.session import Session
from zoo import command_line

if TYPE_CHECKING:
    from zoo.runs.run_directory import RunDirectory
    from zoo.training.samples import Drawn

RECIPE = "dcgan_products"
ROWS = 4  # of a sample grid
JUDGED_BY = {"catalogue": ("category",)}

DESCRIPTION = """\
Trains DCGAN to draw products that nobody has made, from noise. Without options it draws sample
products and learns from those.

examples:
  python -m recipes.dcgan_products
  python -m recipes.dcgan_products --loss minimax
  python -m recipes.dcgan_products --data fashion_mnist/ --size 28
  python -m recipes.translate runs/dcgan_products --draw 16 --output out
"""


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """Values of each preset, for the sample products or for a person's own data."""
    return {"quick": _drawn.QUICK, "paper": _drawn.PAPER}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    made = recipe_parser(RECIPE, DESCRIPTION, "64x64, batch 64, 25 epochs, float32")
    groups.add_image_options(made)
    groups.add_training_options(made, best=("categories_drawn", "diversity"))
    _drawn.add_model_options(made)
    groups.add_run_options(made, RECIPE, save_memory=False)
    show_presets(made, presets)
    return made


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = Session(
        arguments, RECIPE, "dcgan", presets(arguments.data is None), "quick", groups.PLAIN_IMAGES
    )
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from recipes._data import read_all
    from recipes._images import image_source
    from recipes._labelled import images_of
    from zoo.models.dcgan.model import DCGANConfig
    from zoo.models.dcgan.networks import doublings
    from zoo.training.samples import Drawn

    doublings(session.values["size"])  # what cannot be is said before anything long begins
    data = images_of(session, arguments, JUDGED_BY, needed=False)
    source = image_source(
        data.training, data, session.values["size"], data.channels, session.cache_mib, **session.augmentation
    )
    training = session.training_config(len(source))
    config = session.configuration(DCGANConfig, training.steps, len(source), channels=data.channels)
    judge = _drawn.DrawnJudge(data.training, data.held_out, config.size, data.fit)

    def pictures(signatures: Signatures, count: int) -> np.ndarray:
        return _drawn.drawn(signatures["draw"].call, count, config.noise, session.values["seed"])

    def draw(signatures: Signatures) -> "Drawn":
        made = pictures(signatures, ROWS * _drawn.COLUMNS)
        columns = {f"generated {i + 1}": made[i :: _drawn.COLUMNS] for i in range(_drawn.COLUMNS)}
        random = np.random.default_rng(session.values["seed"])
        return Drawn(columns, random.normal(size=(len(made), config.noise)), made)

    def figures(signatures: Signatures) -> dict[str, float]:
        return judge.of_pictures(pictures(signatures, _drawn.PICTURES))

    def evaluate(run: "RunDirectory", step: int, signatures: Signatures) -> dict[str, Any]:
        found = figures(signatures)
        protocol, wanted = [], {}
        if judge.attributes:
            protocol = [f"Categories: how many the classifier sees among {_drawn.PICTURES} pictures."]
            wanted = {"categories_drawn": min(_drawn.LEAST_CATEGORIES, len(judge.attributes[0].values))}
        columns = draw(signatures).columns
        return judge.write(run, step, found, _drawn.PICTURES, protocol, wanted, columns)

    return train(
        session,
        Job(
            config=config, training=training, data=data, source=source, examples=len(source),
            read=lambda: read_all(data, [source], known_good=session.resumed is not None),
            prepare=judge.prepare, draw=draw, measure=figures, evaluate=evaluate,
            unmeasured=judge.unmeasured,
        ),
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
