"""Attributes that slide: Fader Networks."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes._training import Job, Signatures, train
from recipes.options.declared import ImageOptions
from recipes.options.recipe import Recipe
from recipes.options.session import Session
from zoo import command_line
from zoo.command_line import say
from zoo.models.fader.configuration import FaderConfig

if TYPE_CHECKING:
    from zoo.runs.run_directory import RunDirectory
    from zoo.training.samples import Drawn

DEFAULTS = {"catalogue": ("sleeve_length:sleeveless:long",), "celeba": ("Smiling",)}
SHOWN = 6  # images in the sample grids
SLIDER = (0.0, 0.25, 0.5, 0.75, 1.0)
WANTED = {"monotone_share": 0.8}

DESCRIPTION = """\
Trains a Fader Network: an autoencoder whose code no longer tells an attribute, so that the decoder
can be told another amount of it, anywhere between its two ends. Without options it draws sample
products and learns to slide sleeves from none to long.

examples:
  python -m recipes.fader_attributes
  python -m recipes.fader_attributes --attributes color:white:black
  python -m recipes.fader_attributes --data celeba/ --attributes Smiling,Eyeglasses
  python -m recipes.translate runs/fader_attributes photo.jpg --output out --value 0.7
  python -m recipes.translate runs/fader_attributes photo.jpg --output slides --slide 5
"""

# What the presets change in the defaults of FaderConfig and TrainingConfig.
_COMMON = {"batch_size": 32, "jitter": False}
_PAPER = {  # the reference's: 1,000 epochs of 50,000 images, the ramp over 16 million
    **_COMMON, "steps": 1_562_500, "sample_every": 5000, "checkpoint_every": 5000,
}  # fmt: skip
_QUICK = {
    **_COMMON, "size": (64, 64), "layers": 4, "max_width": 256, "hidden_width": 256,
    "weight_latent": 3e-3, "ramp_images": 100_000, "steps": 6000, "learning_rate": 1e-3,
    "precision": "auto",
}  # fmt: skip
# Some six minutes on two cores.
_QUICK_ON_SAMPLE = {**_QUICK, "steps": 3000}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """What each preset changes, for the sample products or for a person's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


RECIPE = Recipe(
    name="fader_attributes",
    model="fader",
    configuration=FaderConfig,
    description=DESCRIPTION,
    data=ImageOptions,
    presets=presets,
    paper="256x256, batch 32, 1,000 epochs of 50,000 images, float32",
    best=("monotone_share", "l1"),
    defaults={"attributes": ",".join(DEFAULTS["catalogue"])},
    example="color:white:black: the value it slides from, and the one it slides to",
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
    from recipes._labelled import images_of, need_two_values
    from zoo.data.images import to_float
    from zoo.evaluation.metrics.l1 import l1
    from zoo.evaluation.metrics.sliders import share_monotone
    from zoo.models.fader.model import Fader, FaderConfig
    from zoo.models.fader.networks import sides
    from zoo.training.samples import Drawn

    made = session.configuration(FaderConfig)
    sides(made.size, made.layers)  # what cannot be is said before anything long begins
    data = images_of(session, arguments, DEFAULTS, complete=True)
    attributes, channels = data.found.attributes, data.channels
    need_two_values(data)
    source = image_source(data.training, data, made.size, channels, session.cache_mib, **session.augmentation)
    training = session.training_config(len(source), Fader.batches_per_step)
    config = session.configuration(
        FaderConfig,
        training.steps,
        len(source),
        Fader.batches_per_step,
        attributes=attributes,
        channels=channels,
    )
    pictures = _judge.real_pictures(data.held_out, config.size, data.fit)
    labels = data.held_out.labels
    by_value = data.held_out.subset(np.argsort(labels[:, 0], kind="stable"))  # so that both ends are shown
    labels_shown = by_value.labels[_judge.places(by_value, SHOWN)]
    shown = _judge.real_pictures(by_value, config.size, data.fit, SHOWN, channels)
    judge: dict[str, Any] = {}

    def prepare(run: "RunDirectory") -> None:
        judge["of"] = _judge.trained_judge(run.path, data.training, config.size, 0, data.fit)

    def amounts(known: np.ndarray, place: int | None = None, value: float = 0.0) -> dict[str, np.ndarray]:
        """What the decoder is told: one attribute slid to ``value``, the others as they are."""
        told = {}
        for number, attribute in enumerate(attributes):
            own = known[:, number] if number != place else np.full(len(known), value)
            told[attribute.name] = own.astype(np.float32)[:, None]
        return told

    def draw(signatures: Signatures) -> "Drawn":
        slide, image = signatures["slide"].call, to_float(shown)
        columns: dict[str, np.ndarray] = {"input": shown}
        columns["generated"] = np.asarray(slide(image=image, **amounts(labels_shown)))
        first = attributes[0]
        for value in SLIDER:
            end = {SLIDER[0]: first.values[0], SLIDER[-1]: first.values[-1]}.get(value, "")
            title = f"{value:g} {first.name if first.binary and end else ''} {end}".strip()
            columns[title] = np.asarray(slide(image=image, **amounts(labels_shown, 0, value)))
        return Drawn(columns, shown, columns["generated"], shown)

    def figures(signatures: Signatures) -> dict[str, float]:
        steady, arrived = [], {}
        for place, attribute in enumerate(attributes):
            scores = []
            for value in SLIDER:
                made = _judge.translated(
                    signatures["slide"], pictures, channels, **amounts(labels, place, value)
                )
                scores.append(judge["of"].probabilities(made)[attribute.name][:, 1])
            table = np.stack(scores, axis=1)
            steady.append(share_monotone(table))
            right = ((table[:, 0] < 0.5).mean() + (table[:, -1] > 0.5).mean()) / 2
            arrived[f"accuracy {attribute.name}"] = float(right)
        plain = _judge.translated(signatures["slide"], pictures, channels, **amounts(labels))
        return {"monotone_share": float(np.mean(steady)), **arrived, "l1": float(l1(plain, pictures).mean())}

    def evaluate(run: "RunDirectory", step: int, signatures: Signatures) -> dict[str, Any]:
        say("measuring on the held-out images")
        real = judge["of"].accuracy(pictures, labels)
        measured = {
            "model": figures(signatures),
            "real images": {f"accuracy {name}": value for name, value in real.items()},
        }
        protocol = [
            f"{_judge.PROTOCOL}; of real images: how often it is right.",
            f"Sliders at {', '.join(f'{value:g}' for value in SLIDER)}: steady ones never fall by more than "
            "the classifier wavers, and end higher than they began; accuracy is that of both ends.",
            "L1 is that of pictures that are to stay as they are.",
        ]
        return _judge.write_evaluation(
            run, step, measured, len(pictures), config.size, protocol, WANTED, draw(signatures).columns
        )

    return train(
        session,
        Job(
            config=config, training=training, data=data, source=source, examples=len(source),
            read=lambda: read_all(data, [source], known_good=session.resumed is not None),
            prepare=prepare, draw=draw, measure=figures, evaluate=evaluate, inputs={"": shown},
        ),
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
