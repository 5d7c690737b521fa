"""Attributes that slide: Fader Networks."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes._training import Job, Signatures, train
from recipes.options import groups, kinds
from recipes.options.parser import recipe_parser
from recipes.options.presets import ENGINE, show_presets
from recipes.options.session import Session
from zoo import command_line
from zoo.command_line import say

if TYPE_CHECKING:
    from zoo.runs.run_directory import RunDirectory
    from zoo.training.samples import Drawn

RECIPE = "fader_attributes"
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

# Names as in FaderConfig and TrainingConfig.
_PAPER = {  # the reference's: 1,000 epochs of 50,000 images, the ramp over 16 million
    **ENGINE, "size": (256, 256), "layers": 6, "width": 32, "max_width": 512, "hidden_width": 512,
    "dropout": 0.3, "upsampling": "transposed", "weight_latent": 1e-4, "ramp_images": 16_000_000,
    "batch_size": 32, "steps": 1_562_500, "epochs": None, "learning_rate": 2e-4, "jitter": False,
    "log_every": 50, "sample_every": 5000, "checkpoint_every": 5000,
}  # fmt: skip
_QUICK = {
    **_PAPER, "size": (64, 64), "layers": 4, "max_width": 256, "hidden_width": 256, "steps": 6000,
    "weight_latent": 3e-3, "ramp_images": 100_000, "learning_rate": 1e-3, "precision": "auto",
    "sample_every": 500, "checkpoint_every": 1000,
}  # fmt: skip
# Some six minutes on two cores.
_QUICK_ON_SAMPLE = {**_QUICK, "steps": 3000}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """Values of each preset, for the sample products or for a person's own data."""
    made = {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}
    unused = ("diffaugment", "save_memory")  # no discriminator of images, no residual blocks
    return {name: {k: v for k, v in values.items() if k not in unused} for name, values in made.items()}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    made = recipe_parser(RECIPE, DESCRIPTION, "256x256, batch 32, 1,000 epochs of 50,000 images, float32")
    groups.add_image_options(
        made, DEFAULTS["catalogue"], "color:white:black: the value it slides from, and the one it slides to"
    )
    groups.add_training_options(made, best=("monotone_share", "l1"), diffaugment=False)
    group = made.add_argument_group("model")
    groups.add_size_options(group, "2 to the power of --layers", crop=False)
    group.add_argument("--layers", type=kinds.positive, metavar="N", help="of encoder and decoder")
    group.add_argument(
        "--width", type=kinds.positive, metavar="N", help="channels of the encoder's first layer"
    )
    group.add_argument("--max-width", type=kinds.positive, metavar="N", help="channels at most")
    group.add_argument("--hidden-width", type=kinds.positive, metavar="N", help="of the latent discriminator")
    group.add_argument("--dropout", type=kinds.rate, metavar="RATE", help="in the latent discriminator")
    group.add_argument("--upsampling", choices=("transposed", "nearest"), help="the decoder's convolutions")
    group.add_argument(
        "--weight-latent",
        type=kinds.amount,
        metavar="W",
        help="of the latent term, at the end of its ramp",
    )
    group.add_argument(
        "--ramp-images",
        type=kinds.natural,
        metavar="N",
        help="images seen when it reaches that weight; 0 for no ramp",
    )
    groups.add_run_options(made, RECIPE, save_memory=False)
    show_presets(made, presets)
    return made


def main(arguments: argparse.Namespace) -> int:
    """Train, measure, report, export; see ``DESCRIPTION``."""
    session = Session(arguments, RECIPE, "fader", presets(arguments.data is None), "quick", groups.IMAGES)
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
