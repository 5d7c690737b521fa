"""New products drawn from noise: GAN, DCGAN."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes import _drawn
from recipes._training import Job, Signatures, train
from recipes.options.declared import ImageOptions
from recipes.options.recipe import Recipe
from recipes.options.session import Session
from zoo import command_line
from zoo.models.dcgan.configuration import DCGANConfig

if TYPE_CHECKING:
    from zoo.runs.run_directory import RunDirectory
    from zoo.training.samples import Drawn

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


# What the presets change in the defaults of DCGANConfig and TrainingConfig.
PAPER = {"batch_size": 64, "epochs": 25, "jitter": False}  # Radford et al. 2016 as PyTorch's example has it
# Some seven minutes on two cores.
QUICK = {
    "generator_width": 32, "discriminator_width": 32, "batch_size": 32, "steps": 2000, "jitter": False,
    "ema": 0.999, "precision": "auto", "sample_every": 250, "checkpoint_every": 500,
}  # fmt: skip


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """What each preset changes, for the sample products or for a person's own data."""
    return {"quick": QUICK, "paper": PAPER}


RECIPE = Recipe(
    name="dcgan_products",
    model="dcgan",
    configuration=DCGANConfig,
    description=DESCRIPTION,
    data=ImageOptions,
    presets=presets,
    paper="64x64, batch 64, 25 epochs, float32",
    best=("categories_drawn", "diversity"),
    without=("attributes",),
)
parser = RECIPE.parser


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = RECIPE.session(arguments)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from recipes._data import read_all
    from recipes._images import image_source
    from recipes._labelled import images_of
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
