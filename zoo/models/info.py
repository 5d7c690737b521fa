"""What the zoo knows of a model without building it, or importing TensorFlow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import Any, NamedTuple

CHARACTERISTICS = ("supervised", "multi_domain", "multi_modal", "latent_space")


class Parameters(NamedTuple):
    """Numbers of trainable parameters."""

    generators: int
    discriminators: int


@dataclass(frozen=True, repr=False)
class ModelInfo:
    """A model of the zoo.

    Attributes:
        name: its folder's, and in a run's ``config.json``.
        title: as its paper has it.
        task: what it does for a catalogue.
        paper: address of its paper.
        published: year and month in which its paper first appeared, "2016-11"; models are listed by it.
        recipe: the module that trains it.
        model: where its ``GAN`` is, "module:name": (configuration, precision) → the model.
        configuration: where its dataclass is.
        signature: where the function is: (configuration, name of a signature[, statistics][, dropout=])
            → ``Signature``.
        signatures: names of the ways to use it, the usual one first.
        reference_weights: the module that recognises and loads its reference's files; None without one.
        supervised, multi_domain, multi_modal, latent_space: as in the thesis's Table 1; None for
            the models that are not in it.
        choice_of_statistics: whether its normalisations may take either kind after training.
        choice_of_dropout: whether its generator may have dropout, which may stay on after training.
        example: what its configuration needs besides its defaults to be the paper's model.
        upgrade: (format, configuration) → the configuration of a run of an earlier ``format`` with
            its values as they are understood now.
    """

    name: str
    title: str
    task: str
    paper: str
    published: str
    recipe: str
    model: str
    configuration: str
    signature: str
    signatures: tuple[str, ...]
    reference_weights: str | None = None
    supervised: bool | None = None
    multi_domain: bool | None = None
    multi_modal: bool | None = None
    latent_space: bool | None = None
    choice_of_statistics: bool = False
    choice_of_dropout: bool = False
    example: Mapping[str, Any] = field(default_factory=dict)
    upgrade: Callable[[int, dict[str, Any]], dict[str, Any]] = field(
        default=lambda _format, configuration: configuration, compare=False
    )

    def load(self, kind: str) -> Callable[..., Any]:
        """What "model", "configuration" or "signature" names; imports TensorFlow."""
        module, name = getattr(self, kind).split(":")
        return getattr(import_module(module), name)

    @property
    def characteristics(self) -> dict[str, bool]:
        """Those of the thesis's Table 1, by name; empty for the models that are not in it."""
        values = {name: getattr(self, name) for name in CHARACTERISTICS}
        return {name: value for name, value in values.items() if value is not None}

    @cached_property
    def parameters(self) -> Parameters:
        """Trainable parameters of the paper's model; builds it, which takes seconds and its memory."""
        model = self.load("model")(self.load("configuration")(**self.example))

        def count(weights: list[Any]) -> int:
            return sum(weight.shape.num_elements() for weight in weights)

        generators = sum(count(network.trainable_weights) for network in model.generators().values())
        return Parameters(generators, count(model.trainable_weights) - generators)

    def __repr__(self) -> str:
        words = {True: "yes", False: "no"}
        lines = [
            f"{self.title} ({self.name!r}): {self.task}",
            ", ".join(f"{label(name)} {words[value]}" for name, value in self.characteristics.items()),
            f"signatures: {', '.join(self.signatures)}",
            f"trained by: python -m {self.recipe}",
            f"paper: {self.paper}",
        ]
        return "\n    ".join(filter(None, lines))


def label(characteristic: str) -> str:
    """A characteristic as a table has it: "multi_domain" → "multi-domain"."""
    return characteristic.replace("_", "-" if characteristic.startswith("multi") else " ")
