"""A product of a given category, or of another attribute's value, drawn from noise: conditional GAN."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes import _drawn
from recipes._training import Job, Signatures, train
from recipes.dcgan_products import PAPER, QUICK
from recipes.options.declared import ImageOptions
from recipes.options.recipe import Recipe
from recipes.options.session import Session
from zoo import command_line
from zoo.models.conditional_gan.configuration import ConditionalGANConfig

if TYPE_CHECKING:
    from zoo.runs.run_directory import RunDirectory
    from zoo.training.samples import Drawn

DEFAULTS = {"catalogue": ("category",)}
ROWS = 8  # values of a sample grid at most
EACH = 20  # pictures drawn of each value, to be judged
WANTED = {"category_accuracy": 0.8, "categories_drawn": _drawn.LEAST_CATEGORIES}

DESCRIPTION = """\
Trains a conditional GAN to draw a product of a given category, or colour, or both. Without
options it draws sample products and learns their categories.

examples:
  python -m recipes.cgan_categories
  python -m recipes.cgan_categories --attributes category,color
  python -m recipes.cgan_categories --data fashion_mnist/ --size 28
  python -m recipes.translate runs/cgan_categories --draw 4 --set category=dresses --output out
"""


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """What each preset changes in the defaults, for the sample products or for a person's own data."""
    return {"quick": {**QUICK, "steps": 4000}, "paper": PAPER}


RECIPE = Recipe(
    name="cgan_categories",
    model="conditional_gan",
    configuration=ConditionalGANConfig,
    description=DESCRIPTION,
    data=ImageOptions,
    presets=presets,
    paper="64x64, batch 64, 25 epochs, float32",
    best=("category_accuracy", "diversity"),
    defaults={"attributes": ",".join(DEFAULTS["catalogue"])},
    example="category,color",
)
parser = RECIPE.parser


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = RECIPE.session(arguments)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from recipes import _judge
    from recipes._data import read_all
    from recipes._images import image_source
    from recipes._labelled import images_of
    from zoo.models.dcgan.networks import doublings
    from zoo.training.samples import Drawn

    doublings(session.values["size"])  # what cannot be is said before anything long begins
    data = images_of(session, arguments, DEFAULTS, complete=True)
    attributes = data.found.attributes
    source = image_source(
        data.training, data, session.values["size"], data.channels, session.cache_mib, **session.augmentation
    )
    training = session.training_config(len(source))
    config = session.configuration(
        ConditionalGANConfig, training.steps, len(source), attributes=attributes, channels=data.channels
    )
    judge = _drawn.DrawnJudge(data.training, data.held_out, config.size, data.fit)
    first = attributes[0]

    def pictures(signatures: Signatures, labels: np.ndarray, seed: int) -> np.ndarray:
        conditions = {
            attribute.name: np.eye(len(attribute.values), dtype=np.float32)[labels[:, place]]
            for place, attribute in enumerate(attributes)
        }
        return _drawn.drawn(signatures["draw"].call, len(labels), config.noise, seed, **conditions)

    def evenly(each: int) -> np.ndarray:
        """Labels with every value of the first attribute, one after another; real ones for the others."""
        values = np.tile(np.arange(len(first.values)), each)
        rows = np.resize(data.training.labels, (len(values), len(attributes)))
        return np.column_stack([values, rows[:, 1:]])

    def draw(signatures: Signatures) -> "Drawn":
        labels = evenly(_drawn.COLUMNS)
        made = pictures(signatures, labels, session.values["seed"])
        made = made.reshape(_drawn.COLUMNS, len(first.values), *made.shape[1:])[:, :ROWS]
        columns = {f"generated {i + 1}": column for i, column in enumerate(made)}
        captions = [f"{first.name} {value}" for value in first.values[:ROWS]]
        flat = made.reshape(-1, *made.shape[2:])
        random = np.random.default_rng(session.values["seed"])
        return Drawn(columns, random.normal(size=(len(flat), config.noise)), flat, captions=captions)

    def figures(signatures: Signatures) -> dict[str, float]:
        labels = evenly(EACH)
        made = pictures(signatures, labels, session.values["seed"] + 1)
        found = {
            f"accuracy {attribute.name}": _judge.share_seen(judge.judge, made, attribute, labels[:, place])
            for place, attribute in enumerate(attributes)
        }
        return {"category_accuracy": float(np.mean(list(found.values()))), **judge.of_pictures(made), **found}

    def evaluate(run: "RunDirectory", step: int, signatures: Signatures) -> dict[str, Any]:
        count = EACH * len(first.values)
        protocol = [
            f"{EACH} pictures of each {first.name}; categories: how many the classifier sees among "
            f"{_drawn.PICTURES} of them.",
        ]
        wanted = {**WANTED, "categories_drawn": min(WANTED["categories_drawn"], len(first.values))}
        drawn = draw(signatures)
        return judge.write(
            run, step, figures(signatures), count, protocol, wanted, drawn.columns, drawn.captions
        )

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
