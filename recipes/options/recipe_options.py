"""The options of training recipes that are neither a model's nor a training's: data, run, machine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo.engine.configuration import option

_LAYOUT = "how the folder is arranged"


def _held_out(things: str) -> Any:
    return option(
        None,
        f"{things} kept out of training (default: a tenth, or what the data keeps for testing; 200 at most)",
        metavar="N",
    )


def _on_bad(what: str) -> Any:
    return option(
        None,
        f"at an unreadable image: stop, or leave {what} out and report it (default: error)",
        choices=("error", "skip"),
    )


@dataclass(frozen=True)
class PairOptions:
    """Which pairs of images."""

    data: Path | None = option(
        None, "folder with pairs (default: the sample catalogue, drawn on first use)", metavar="DIR"
    )
    layout: str = option("auto", _LAYOUT)
    direction: str | None = option(
        None,
        "AtoB: product to model shot, left to right half; BtoA: the other way (default: AtoB)",
        choices=("AtoB", "BtoA"),
    )
    held_out: int | None = _held_out("pairs")
    on_bad: str | None = _on_bad("its pair")


@dataclass(frozen=True)
class ImageOptions:
    """Which images, and which of their attributes."""

    data: Path | None = option(
        None, "folder with images (default: sample products, drawn on first use)", metavar="DIR"
    )
    layout: str = option("auto", _LAYOUT)
    attributes: tuple[str, ...] | None = option(
        None, "attributes of the images, comma-separated", metavar="NAMES"
    )
    held_out: int | None = _held_out("images")
    on_bad: str | None = _on_bad("it")


@dataclass(frozen=True)
class DomainOptions:
    """Which two domains of images."""

    data: tuple[Path, ...] | None = option(
        None,
        "folder with images, or one folder for each domain (default: sample products, drawn on first use)",
        metavar="DIR",
    )
    layout: str = option("auto", _LAYOUT)
    from_: str | None = option(
        None,
        "domain A: images with this value of the attribute, or the folder of that name",
        metavar="VALUE",
    )
    to: str | None = option(None, "domain B", metavar="VALUE")
    attribute: str | None = option(
        None, "attribute whose values those are (default: the one that has both)", metavar="NAME"
    )
    where: tuple[str, ...] | None = option(
        None,
        "only images with this value, such as category=tops; comma-separated, with all of them",
        metavar="NAME=VALUE",
    )
    held_out: int | None = _held_out("images")
    on_bad: str | None = _on_bad("it")


@dataclass(frozen=True)
class LengthOptions:
    """How long a training is, where its steps are not given."""

    epochs: int | None = option(
        None, "passes over the data, in place of `steps`", at_least=1, metavar="N", adjustable=True
    )


@dataclass(frozen=True)
class RunOptions:
    """Where results go."""

    run: Path | None = option(None, "run directory", metavar="DIR")
    notes: str | None = option(None, "Markdown for the notes on the report's page", metavar="TEXT")
    limit_minutes: float | None = option(
        None, "stop after this many minutes of training, and save", at_least=0, metavar="M"
    )


@dataclass(frozen=True)
class PrecisionOptions:
    """What a training computes in."""

    precision: str = option("float32", "auto, float32, bfloat16, float16 or float64", group="machine")


@dataclass(frozen=True)
class MachineOptions:
    """How the machine is used."""

    strategy: str = option(
        "auto", "one, mirrored, multiworker (TF_CONFIG or Slurm), or auto: what the machine offers"
    )
    logical_devices: int = option(
        1, "split the CPU into N devices and mirror over them, to try replicas", at_least=1, metavar="N"
    )
    cache_mib: int | None = option(
        None,
        "memory for decoded images (default: 512, or a quarter of what is free)",
        at_least=1,
        metavar="N",
    )
    input_service: str | None = option(
        None,
        "take batches from python -m recipes.input_service: HOST:PORT, or several, comma-separated",
        metavar="ADDRESS",
    )
    prepared: Path | None = option(
        None,
        "where the input service finds the images, written if new (default: prepared/ in the run)",
        metavar="DIR",
    )
