"""Several attributes changed by one generator: StarGAN."""

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
from zoo.models.stargan.configuration import StarGANConfig

if TYPE_CHECKING:
    from zoo.attributes import Attribute
    from zoo.runs.run_directory import RunDirectory
    from zoo.training.samples import Drawn

DEFAULTS = {
    "catalogue": ("sleeve_length", "fit", "neckline"),
    "celeba": ("Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young"),
}
SHOWN, COLUMNS = 5, 7  # images in the sample grids, and values shown for each at most
WANTED = {"target_accuracy": 0.8, "kept_accuracy": 0.9}

DESCRIPTION = """\
Trains one StarGAN to change several attributes of a product: whichever is named is changed, the
others stay. Products that have no value for some attribute take part in the others. Without
options it draws sample products and learns sleeve length, fit and neckline.

examples:
  python -m recipes.stargan_attributes
  python -m recipes.stargan_attributes --attributes pattern,color
  python -m recipes.stargan_attributes --data celeba/ --attributes Black_Hair,Blond_Hair,Male,Young
  python -m recipes.translate runs/stargan_attributes photo.jpg --output out --set sleeve_length=long
"""

# What the presets change in the defaults of StarGANConfig and TrainingConfig.
_COMMON = {"schedule": "linear", "decay": 0.5, "jitter": False}
# The reference's, with the paper's schedule: 40,000 steps of 5 critic updates.
_PAPER = {**_COMMON, "batch_size": 16, "steps": 40_000, "log_every": 10, "sample_every": 1000}
# There is time for few images, so a step has few, and the losses beside the adversarial one weigh several
# times the paper's. What is not named must stay unchanged: half of the targets say so.
# Images of 64 pixels take some eight minutes on two cores; those of 96 have twice as many pixels.
_QUICK = {
    **_COMMON, "size": (96, 96), "blocks": 3, "generator_width": 16, "discriminator_width": 32,
    "repeat_num": 5, "n_critic": 1, "keep_rate": 0.5, "weight_classification": 12.0,
    "weight_reconstruction": 50.0, "weight_identity": 50.0, "batch_size": 4, "steps": 3000,
    "learning_rate": 5e-4, "ema": 0.99, "precision": "auto", "log_every": 25, "sample_every": 250,
    "checkpoint_every": 500,
}  # fmt: skip
_QUICK_ON_SAMPLE = {**_QUICK, "size": (64, 64)}


def presets(sample: bool) -> dict[str, dict[str, Any]]:
    """What each preset changes, for the sample products or for a person's own data."""
    return {"quick": _QUICK_ON_SAMPLE if sample else _QUICK, "paper": _PAPER}


RECIPE = Recipe(
    name="stargan_attributes",
    model="stargan",
    configuration=StarGANConfig,
    description=DESCRIPTION,
    data=ImageOptions,
    presets=presets,
    paper="128x128, batch 16, 40,000 steps of 5 critic updates, float32",
    best=("target_accuracy", "kept_accuracy"),
    defaults={"attributes": ",".join(DEFAULTS["catalogue"])},
    example="pattern,color",
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
    from zoo.data.images import to_float
    from zoo.training.samples import Drawn

    made = session.configuration(StarGANConfig)  # what cannot be is said before anything long begins
    data = images_of(session, arguments, DEFAULTS)
    attributes, channels = data.found.attributes, data.channels
    source = image_source(data.training, data, made.size, channels, session.cache_mib, **session.augmentation)
    training = session.training_config(len(source), made.n_critic)
    config = session.configuration(
        StarGANConfig, training.steps, len(source), made.n_critic, attributes=attributes, channels=channels
    )
    pictures = _judge.real_pictures(data.held_out, config.size, data.fit)
    labels = data.held_out.labels
    whole = _whole(data.held_out)
    shown = _judge.real_pictures(whole, config.size, data.fit, SHOWN, channels)
    labels_shown = whole.labels[_judge.places(whole, SHOWN)]
    known = labels >= 0
    measured_on = [np.flatnonzero(column) for column in known.T]  # each attribute: images that have it
    unmeasured = _unmeasured(attributes, known)
    judge: dict[str, Any] = {}

    def prepare(run: "RunDirectory") -> None:
        judge["of"] = _judge.trained_judge(run.path, data.training, config.size, 0, data.fit)

    def choices(
        known: np.ndarray, attribute: "Attribute | None" = None, wanted: np.ndarray | None = None
    ) -> dict[str, np.ndarray]:
        """The generator's conditions that set one attribute and leave the others."""
        made = {}
        for place, each in enumerate(attributes):
            values = np.full(len(known), -1) if config.keep_rate else known[:, place]
            values = wanted if each is attribute else values
            made[each.name] = np.eye(len(each.values), dtype=np.float32)[values] * (values >= 0)[:, None]
        return made

    def draw(signatures: Signatures) -> "Drawn":
        image = to_float(shown)
        columns: dict[str, np.ndarray] = {"input": shown}
        for attribute, place in _shown(attributes):
            wanted = np.full(len(shown), place)
            columns[_title(attribute, place)] = np.asarray(
                signatures["translate"].call(image=image, **choices(labels_shown, attribute, wanted))
            )
        return Drawn(columns, shown, columns[list(columns)[1]])

    def figures(signatures: Signatures) -> dict[str, float]:
        """Each attribute set to another value, evenly over the values, in every picture that has it."""
        reached, kept = {}, []
        before = {name: p.argmax(axis=1) for name, p in judge["of"].probabilities(pictures).items()}
        for place, attribute in enumerate(attributes):
            here = measured_on[place]
            if not len(here):
                continue
            count = len(attribute.values)
            wanted = (labels[here, place] + 1 + np.arange(len(here)) % (count - 1)) % count
            made = _judge.translated(
                signatures["translate"], pictures[here], channels, **choices(labels[here], attribute, wanted)
            )
            after = {name: p.argmax(axis=1) for name, p in judge["of"].probabilities(made).items()}
            reached[f"accuracy {attribute.name}"] = float((after[attribute.name] == wanted).mean())
            for other_place, other in enumerate(attributes):
                both = known[here, other_place]
                if other is not attribute and both.any():
                    kept.append(float((after[other.name] == before[other.name][here])[both].mean()))
        return {
            **({"target_accuracy": float(np.mean(list(reached.values())))} if reached else {}),
            **({"kept_accuracy": float(np.mean(kept))} if kept else {}),
            **reached,
        }

    def evaluate(run: "RunDirectory", step: int, signatures: Signatures) -> dict[str, Any]:
        say("measuring on the held-out images")
        found = figures(signatures)
        real = judge["of"].accuracy(pictures, labels)
        real = {f"accuracy {name}": value for name, value in real.items()}
        measured = {
            "model": found,
            "real images": ({"target_accuracy": float(np.mean(list(real.values())))} if real else {}) | real,
        }
        protocol = [
            f"{_judge.PROTOCOL}; of real images: how often it is right.",
            "Each attribute is set to another value in every held-out picture that has one; of the others "
            "it is counted whether the classifier sees what it saw before.",
        ]
        return _judge.write_evaluation(
            run, step, measured, len(pictures), config.size, protocol, WANTED, draw(signatures).columns,
            unmeasured=unmeasured,
        )  # fmt: skip

    return train(
        session,
        Job(
            config=config, training=training, data=data, source=source, examples=len(source),
            read=lambda: read_all(data, [source], known_good=session.resumed is not None),
            prepare=prepare, draw=draw, measure=figures, evaluate=evaluate, inputs={"": shown},
            unmeasured=unmeasured,
        ),
    )  # fmt: skip


def _unmeasured(attributes: "tuple[Attribute, ...]", known: np.ndarray) -> dict[str, str]:
    """What cannot be measured on held-out images of which ``known``, bool (N, attributes), is known."""
    nowhere = [each.name for each, column in zip(attributes, known.T, strict=True) if not column.any()]
    found = {f"accuracy {name}": f"no held-out image has a value of {name}" for name in nowhere}
    if len(nowhere) == len(attributes):
        found["target_accuracy"] = "no held-out image has a value"
    if len(attributes) == 1:
        found["kept_accuracy"] = "there is no attribute beside the one that is changed"
    elif not (known.sum(axis=1) > 1).any():
        found["kept_accuracy"] = "no held-out image has values of two attributes"
    return found


def _whole(images: Any) -> Any:
    """Those that have a value of every attribute, or all, if there is none such."""
    whole = np.flatnonzero((images.labels >= 0).all(axis=1))
    return images.subset(whole) if len(whole) else images


def _shown(attributes: "tuple[Attribute, ...]") -> "list[tuple[Attribute, int]]":
    """Values for the columns of a grid: of each attribute in turn, as many as there is room for."""
    values = [
        (attribute, place)
        for place in range(max(len(attribute.values) for attribute in attributes))
        for attribute in attributes
        if place < len(attribute.values)
    ][:COLUMNS]
    return sorted(values, key=lambda value: (attributes.index(value[0]), value[1]))


def _title(attribute: "Attribute", place: int) -> str:
    if attribute.binary:
        return f"{attribute.name} {attribute.values[place]}"
    return f"{attribute.values[place]} {attribute.name.split('_')[0]}"


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
