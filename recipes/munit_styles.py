"""Many answers for one picture: MUNIT between two values of an attribute."""

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
from zoo.models.munit.configuration import MUNITConfig

if TYPE_CHECKING:
    from zoo.runs.run_directory import RunDirectory
    from zoo.training.samples import Drawn

DEFAULTS = {"from": "unicolors", "to": "floral"}
SHOWN = 5  # images of domain A in the sample grids
STYLES = 4  # drawn for each of them
MEASURED, STYLES_MEASURED = 50, 8  # images whose answers are compared, and answers to each
NOISE = 0.05  # added to the input, in [-1, 1], where the style stays: what a model without styles could do

DESCRIPTION = """\
Trains MUNIT to translate between two kinds of pictures that have nothing to do with each other,
with many answers for each: what a picture shows is kept, its style is drawn at random or taken
from another picture. Any two values of any attribute will do, or two folders. Without options
it draws sample products and gives plain ones all kinds of floral patterns.

examples:
  python -m recipes.munit_styles
  python -m recipes.munit_styles --from unicolors --to print --where category=tops
  python -m recipes.munit_styles --data shirts/ t-shirts/
  python -m recipes.translate runs/munit_styles photo.jpg --output out --styles 5
  python -m recipes.translate runs/munit_styles photo.jpg --output out --style-from other.jpg
"""

# What the presets change in the defaults of MUNITConfig and TrainingConfig.
_PAPER = {  # the reference's configuration for edges and handbags
    "steps": 1_000_000, "schedule": "step", "decay_every": 100_000, "sample_every": 1000,
}  # fmt: skip
# Images of 64 pixels take some ten minutes on two cores; those of 96 have twice as many pixels.
_QUICK = {
    "size": (96, 96), "width": 12, "mlp_width": 64, "blocks": 2, "discriminator_width": 16,
    "batch_size": 4, "steps": 2000, "learning_rate": 5e-4, "decay_every": 100_000, "ema": 0.99,
    "precision": "auto", "log_every": 25, "sample_every": 250, "checkpoint_every": 400,
}  # fmt: skip
_QUICK_ON_SAMPLE = {**_QUICK, "size": (64, 64), "jitter": False}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """What each preset changes, for the sample products or for a person's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


RECIPE = Recipe(
    name="munit_styles",
    model="munit",
    configuration=MUNITConfig,
    description=DESCRIPTION,
    data=DomainOptions,
    presets=presets,
    paper="256x256, batch 1, 1,000,000 steps, float32",
    best=("target_accuracy", "silhouette_iou", "diversity"),
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
    from zoo.evaluation.metrics.diversity import diversity
    from zoo.training.samples import Drawn

    made = session.configuration(MUNITConfig)  # what cannot be is said before anything long begins
    data = domains_of(session, arguments, DEFAULTS)
    channels = data.channels
    source = domain_source(
        data.training, data, made.size, channels, session.cache_mib, **session.augmentation
    )
    training = session.training_config(len(source))
    config = session.configuration(
        MUNITConfig, training.steps, len(source), channels_a=channels[0], channels_b=channels[1]
    )
    judge = DomainJudge(data, config.size)
    shown_a, shown_b = (
        real_pictures(images, config.size, data.fit, SHOWN, c)
        for images, c in zip(data.held_out, channels, strict=True)
    )
    measured = real_pictures(data.held_out[0], config.size, data.fit, MEASURED, channels[0])
    name_a, name_b = data.names
    random = np.random.default_rng(session.values["seed"])
    styles = random.normal(size=(STYLES_MEASURED, config.style_size)).astype(np.float32)
    noise = random.normal(0, NOISE, (STYLES_MEASURED, *measured.shape[1:])).astype(np.float32)

    def draw(signatures: Signatures) -> "Drawn":
        """A column a style; each row has the same ones, so that one sees that they mean the same."""
        a = to_float(shown_a)
        columns = {name_a: shown_a}
        for number, style in enumerate(styles[:STYLES], 1):
            columns[f"style {number}"] = np.asarray(
                signatures["AtoB"].call(image=a, style=np.repeat(style[None], len(a), axis=0))
            )
        likes = np.resize(shown_b, (len(a), *shown_b.shape[1:]))
        columns[f"{name_b} to be like"] = likes
        columns["generated like it"] = np.asarray(
            signatures["AtoB-like"].call(image=a, style_image=to_float(likes))
        )
        return Drawn(columns, shown_a, columns["generated like it"], likes)

    def figures(signatures: Signatures) -> dict[str, float]:
        translate = signatures["AtoB"].call
        answers = [
            translate(image=image, style=styles)
            for image in (np.repeat(to_float(one)[None], STYLES_MEASURED, axis=0) for one in measured)
        ]
        return {**judge.figures(signatures, styles), "diversity": diversity(np.stack(answers))}

    def evaluate(run: "RunDirectory", step: int, signatures: Signatures) -> dict[str, Any]:
        say("measuring on the held-out images")
        translate = signatures["AtoB"].call
        same = np.repeat(styles[:1], STYLES_MEASURED, axis=0)
        answers = [translate(image=(to_float(one) + noise).clip(-1, 1), style=same) for one in measured]
        found = figures(signatures)
        without = diversity(np.stack(answers))
        rivals = {"one style, noise on the input": {"diversity": without}}
        protocol = [
            f"Diversity: {STYLES_MEASURED} answers to each of {len(measured)} pictures of {name_a}; beside "
            f"it that of one style when noise of deviation {NOISE} is added to the picture.",
        ]
        wanted = {"target_accuracy": 0.8, "diversity": 5 * without}
        return judge.write(run, step, found, draw(signatures).columns, rivals, protocol, wanted)

    return train(
        session,
        Job(
            config=config, training=training, data=data, source=source, examples=len(source),
            read=lambda: read_all(data, [source], known_good=session.resumed is not None),
            prepare=judge.prepare, draw=draw, measure=figures, evaluate=evaluate,
            inputs={"A": shown_a, "B": shown_b}, exported=("AtoB",),
        ),
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
