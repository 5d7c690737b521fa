"""A training recipe as a command: what it trains on which data, its options and presets."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from recipes.options.command_parser import command_parser
from recipes.options.options_from_fields import add_fields, defaults, flag
from recipes.options.presets import show_presets
from recipes.options.recipe_options import (
    LengthOptions,
    MachineOptions,
    PairOptions,
    PrecisionOptions,
    RunOptions,
)
from recipes.options.session import Session
from zoo.command_line import Parser, named_by_flags
from zoo.data.layouts.registry import names
from zoo.engine.configuration import options
from zoo.evaluation.metrics import METRICS, comparable
from zoo.training.configuration import DecayConfig, TrainingConfig

Presets = Mapping[str, Mapping[str, Any]]
QUICK = "quick"


@dataclass(frozen=True)
class Recipe:
    """A training recipe as a command.

    Attributes:
        name: of its module in ``recipes``, and of its runs.
        model: that it trains, as ``zoo.models.registry`` names it.
        configuration: dataclass of the model.
        description: shown by ``--help``.
        data: dataclass of the options that say which images.
        presets: whether the data is the drawn sample → what each preset, quick and paper, changes in the
            defaults of ``configuration`` and of a training.
        paper: the paper's preset in a few words.
        protocol: that measures it on held-out examples, as ``zoo.evaluation.protocols`` names it.
        defaults: data option → its default on the sample, as ``--help`` shows it.
        example: what else ``--attributes`` may be.
        without: options of images or training that it does not have.
    """

    name: str
    model: str
    configuration: type
    description: str
    data: type
    presets: Callable[[bool], Presets]
    paper: str
    protocol: str
    defaults: Mapping[str, str] = field(default_factory=dict)
    example: str = ""
    without: tuple[str, ...] = ()

    def parser(self) -> Parser:
        """The command's parser."""
        former = getattr(self.configuration, "FORMER_NAMES", {})
        parser = command_parser(
            f"recipes.{self.name}", self.description, {flag(old): flag(new) for old, new in former.items()}
        )
        parser.usage = f"python -m recipes.{self.name} [options]"
        help_ = f"quick: minutes on two cores; paper: {self.paper} (default: {QUICK})"
        parser.add_argument("--preset", metavar="NAME", help=help_)
        for title in ("data", "training", "model", "run", "machine"):
            parser.add_argument_group(title)
        layouts = names("pairs" if self.data is PairOptions else "images")
        data = {"layout": {"default": "auto", "help": f"auto, {', '.join(layouts)}"}}
        if self.example:
            data["attributes"] = {"help": f"{options(self.data)['attributes'].help}, such as {self.example}"}
        add_fields(parser, self.data, "data", self.without, self.defaults, **data)
        metrics = comparable(self.protocol)
        directions = ", ".join(f"{name} ({METRICS[name].better} is better)" for name in metrics)
        best = {"choices": metrics, "help": f"{options(TrainingConfig)['best'].help}: {directions}"}
        for kind in (LengthOptions, TrainingConfig):
            add_fields(parser, kind, "training", best=best)
        add_fields(parser, self.configuration, "model")
        add_fields(parser, DecayConfig, "training")
        add_fields(parser, RunOptions, "run", shown={"run": f"runs/{self.name}, numbered"})
        _add_run_switches(parser)
        add_fields(parser, PrecisionOptions, "machine")
        machine = {"strategy": {"default": "auto"}, "logical_devices": {"default": 1}}
        add_fields(parser, MachineOptions, "machine", **machine)
        show_presets(parser, self.complete(True), self.complete(False))
        for action in parser._actions:
            action.help = named_by_flags(action.help, parser.flags())
        return parser

    def complete(self, sample: bool) -> dict[str, dict[str, Any]]:
        """Every value of each preset by its option's name."""
        kinds = (self.configuration, TrainingConfig, DecayConfig, LengthOptions, PrecisionOptions)
        basis = {**defaults(*kinds), "steps": None}
        return {name: {**basis, **changes} for name, changes in self.presets(sample).items()}

    @property
    def data_options(self) -> tuple[str, ...]:
        """Options that say which images, by their names in ``data`` of config.json."""
        names = (name.rstrip("_") for name in options(self.data))
        return tuple(name for name in names if name not in ("data", *self.without))

    def session(self, arguments: argparse.Namespace) -> Session:
        """One call of the command."""
        presets = self.complete(arguments.data is None)
        return Session(arguments, self.name, self.model, presets, QUICK, self.data_options)


def _add_run_switches(parser: argparse.ArgumentParser) -> None:
    group = next(group for group in parser._action_groups if group.title == "run")
    group.add_argument(
        "--resume",
        nargs="?",
        const="must",
        choices=("must", "auto"),
        help="resume --run, or the newest run, with its own options; with auto, start --run if it does not "
        "exist yet",
    )
    group.add_argument("--no-export", action="store_true", help="do not write the bundle at the end")
