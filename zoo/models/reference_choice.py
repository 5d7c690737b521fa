"""Which tensors of a file are the generator's: files hold optimisers, discriminators and counters, too."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from zoo.errors import UserError
from zoo.models.registry import models
from zoo.reference.kinds import Kind
from zoo.reference.layers import State
from zoo.reference.pickled_objects import Opaque
from zoo.reference.reparametrized import joined

_WRAPPERS = re.compile(r"(?:(?<=\.)|^)(?:module|_orig_mod)\.")  # DataParallel's and torch.compile's
_COUNTERS = ("n_averaged",)  # of what wraps a network, beside its tensors: AveragedModel's
SHOWN = 8  # names in a message


@dataclass(frozen=True)
class Chosen:
    """A generator's tensors.

    Attributes:
        kind: of the generator.
        key: what their names begin with in the file, as "state_dict.netG"; "" for nothing.
        state: by the names that the reference gives them.
        left_out: what the file holds besides, by its first names.
    """

    kind: Kind
    key: str
    state: State
    left_out: tuple[str, ...]


def kinds() -> tuple[Kind, ...]:
    """The kinds of generators that can be read, of all models."""
    return tuple(kind for module in _reference_modules() for kind in module.KINDS)


def _reference_modules() -> list[Any]:
    return [import_module(model.reference_weights) for model in models() if model.reference_weights]


def choose(
    tensors: Mapping[str, np.ndarray],
    others: Mapping[str, Any] | None = None,
    model: str | None = None,
    key: str | None = None,
) -> Chosen:
    """Find the generator among a file's tensors.

    Args:
        tensors, others: as of ``zoo.reference.state_dict.TensorFile``.
        model: that it has to be of.
        key: of a file that holds several, or the end of it.

    Raises:
        UserError: there is none that is known, saying what the tensors are of; there are several; or it
            is not of ``model``.
    """
    plain = {_WRAPPERS.sub("", name): tensor for name, tensor in tensors.items()}
    if len(plain) < len(tensors):
        raise UserError("two of its tensors have the same name but for 'module.': save one network alone")
    named = joined(plain)
    known = kinds()
    candidates = {
        match[1]: kind
        for name in named
        for kind in known
        if (match := re.fullmatch(rf"((?:.*\.)?){kind.sign}", name))
    }
    if not candidates:
        raise UserError(_no_generator(list(tensors), others or {}))
    prefix = _selected(candidates, key)
    kind = candidates[prefix]
    if model is not None and model not in kind.models:
        raise UserError(
            f"`model` {model}: its tensors are those of a {kind.title}; use "
            f"`model` {' or '.join(kind.models)}, or leave it out"
        )
    counters = tuple(prefix + each for each in _COUNTERS)
    inside = [name for name in named if name.startswith(prefix) and name not in counters]
    inner = [each for each in candidates if each != prefix and each.startswith(prefix)]
    inside = [name for name in inside if not name.startswith(tuple(inner))]
    state = {name.removeprefix(prefix): named[name] for name in inside}
    beside = tuple({f"{prefix}{name.split('.')[0]}." for name in state})
    for name, each in (others or {}).items():
        if isinstance(each, Opaque) and _WRAPPERS.sub("", name).startswith(beside):
            raise UserError(f"{name!r} is not a readable tensor: save the network's state dict alone")
    chosen = set(inside)
    outside = [*(name for name in named if name not in chosen), *(others or {})]
    return Chosen(kind, prefix.removesuffix("."), state, _summary(outside, prefix))


def _selected(candidates: Mapping[str, Kind], key: str | None) -> str:
    """The prefix of the generator that ``key`` names, or of the only one."""
    listed = [f"{prefix.removesuffix('.') or repr('')} ({kind.title})" for prefix, kind in candidates.items()]
    names = ", ".join(listed[:SHOWN]) + ", …" * (len(listed) > SHOWN)
    if key is None:
        if len(candidates) > 1:
            raise UserError(f"holds several generators: choose with `weights` from {names}")
        return next(iter(candidates))
    exact = [prefix for prefix in candidates if prefix.removesuffix(".") == key]
    ends = exact or [prefix for prefix in candidates if key and f".{prefix}".endswith(f".{key}.")]
    if len(ends) != 1:
        raise UserError(f"`weights` {key}: {'several' if ends else 'no'} such generators; it holds {names}")
    return ends[0]


def _summary(names: Sequence[str], prefix: str) -> tuple[str, ...]:
    """First names of what is left out, and the second, too, where the first is the generator's own."""
    first: dict[str, None] = {}
    for name in names:
        parts = name.split(".")
        depth = 1
        while depth < len(parts) and prefix.startswith(".".join(parts[:depth]) + "."):
            depth += 1
        first[".".join(parts[:depth])] = None
    return tuple(first)


# --- what a file holds in place of a generator

_OTHERS = {
    r"(state\.\d+\.(exp_avg|momentum_buffer|square_avg|step)|param_groups)": (
        "an optimiser's state, which has no network in it: give the file of the network"
    ),
    r"model\.0\.weight$": "a PatchGAN discriminator, which translates nothing: give the generator's file",
    r"(layer1\.0\.conv1|features\.0|fc|classifier\.\d)\.weight$": "an image classifier",
    r"(mapping|synthesis|style)\.": "a StyleGAN, which draws images and translates none",
}


def _no_generator(names: Sequence[str], others: Mapping[str, Any]) -> str:
    signs = {sign: what for module in _reference_modules() for sign, what in module.OTHERS.items()} | _OTHERS
    what = next(
        (
            what
            for sign, what in signs.items()
            if any(re.search(rf"(?:^|\.){sign}", each) for each in (*names, *others))
        ),
        "no generator that is known here",
    )
    return (
        f"{what} (its tensors: {', '.join(names[:3])}{', …' * (len(names) > 3)}); known are "
        f"{', '.join(kind.title for kind in kinds())}; others are exported by the code that trained them "
        "(torch.onnx.export)"
    )
