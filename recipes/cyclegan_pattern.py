"""From one value of an attribute to another and back, without pairs: CycleGAN."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes._training import Job, Signatures, train
from recipes.options.declared import DomainOptions
from recipes.options.recipe import Recipe
from recipes.options.session import Session
from zoo import command_line
from zoo.command_line import say
from zoo.models.cyclegan.configuration import CycleGANConfig

if TYPE_CHECKING:
    from zoo.runs.run_directory import RunDirectory
    from zoo.training.samples import Drawn

SHOWN = 5  # images of each domain in the sample grids
DEFAULTS = {"from": "unicolors", "to": "stripes"}

DESCRIPTION = """\
Trains CycleGAN to give a garment another pattern, and to take it away again, from pictures of
both kinds that have nothing to do with each other. Any two values of any attribute will do, or
two folders. Without options it draws sample products and learns to draw stripes on them.

examples:
  python -m recipes.cyclegan_pattern
  python -m recipes.cyclegan_pattern --from floral --to unicolors --where category=dresses
  python -m recipes.cyclegan_pattern --data photos/ --attribute color --from blue --to red
  python -m recipes.cyclegan_pattern --data shirts/ t-shirts/
  python -m recipes.translate runs/cyclegan_pattern photo.jpg --output out --direction BtoA
"""

# What the presets change in the defaults of CycleGANConfig and TrainingConfig.
_DECAY = {"schedule": "linear", "decay": 0.5}
# Zhu et al. 2017, section 4 and appendix 7.1, as the reference has it.
_PAPER = {**_DECAY, "epochs": 200, "sample_every": 1000}
# Images of 64 pixels take some ten minutes on two cores; those of 96 have twice as many pixels.
_QUICK = {
    **_DECAY, "size": (96, 96), "blocks": 3, "generator_width": 16, "discriminator_width": 16,
    "batch_size": 4, "steps": 2500, "learning_rate": 5e-4, "ema": 0.99, "precision": "auto",
    "log_every": 25, "sample_every": 250, "checkpoint_every": 500,
}  # fmt: skip
_QUICK_ON_SAMPLE = {**_QUICK, "size": (64, 64), "jitter": False}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """What each preset changes, for the sample products or for a person's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


RECIPE = Recipe(
    name="cyclegan_pattern",
    model="cyclegan",
    configuration=CycleGANConfig,
    description=DESCRIPTION,
    data=DomainOptions,
    presets=presets,
    paper="256x256, batch 1, 200 epochs, float32",
    best=("target_accuracy", "silhouette_iou"),
    defaults={"from_": DEFAULTS["from"], "to": DEFAULTS["to"]},
)
parser = RECIPE.parser


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = RECIPE.session(arguments)
    with session.speaking():
        return _run(session, arguments)


def _run(session: Session, arguments: argparse.Namespace) -> int:
    from recipes._data import read_all
    from recipes._domains import DomainJudge, domains_of
    from recipes._judge import real_pictures
    from recipes._prepared_domains import domain_source
    from zoo.data.images import to_float
    from zoo.training.samples import Drawn

    made = session.configuration(CycleGANConfig)  # what cannot be is said before anything long begins
    data = domains_of(session, arguments, DEFAULTS)
    channels = data.channels
    source = domain_source(
        data.training, data, made.size, channels, session.cache_mib, made.crop, **session.augmentation
    )  # fmt: skip
    training = session.training_config(len(source))
    config = session.configuration(
        CycleGANConfig, training.steps, len(source), channels_a=channels[0], channels_b=channels[1]
    )
    judge = DomainJudge(data, config.size)
    shown_a, shown_b = (
        real_pictures(images, config.size, data.fit, SHOWN, c)
        for images, c in zip(data.held_out, channels, strict=True)
    )
    name_a, name_b = data.names

    def draw(signatures: Signatures) -> "Drawn":
        there, back = (signatures[name].call for name in ("AtoB", "BtoA"))
        a, b = to_float(shown_a), to_float(shown_b)
        as_b, as_a = np.asarray(there(image=a)), np.asarray(back(image=b))
        columns = {
            name_a: shown_a, f"generated {name_b}": as_b, "and back": np.asarray(back(image=as_b)),
            name_b: shown_b, f"generated {name_a}": as_a, "and back again": np.asarray(there(image=as_a)),
        }  # fmt: skip
        return Drawn(columns, shown_a, as_b, shown_b)

    def evaluate(run: "RunDirectory", step: int, signatures: Signatures) -> dict[str, Any]:
        say("measuring on the held-out images")
        return judge.write(run, step, judge.figures(signatures), draw(signatures).columns)

    return train(
        session,
        Job(
            config=config, training=training, data=data, source=source, examples=len(source),
            read=lambda: read_all(data, [source], known_good=session.resumed is not None),
            prepare=judge.prepare, draw=draw, measure=judge.figures, evaluate=evaluate,
            inputs={"A": shown_a, "B": shown_b}, exported=("AtoB", "BtoA"),
        ),
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
