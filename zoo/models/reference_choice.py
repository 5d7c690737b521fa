"""Which tensors of a file are the generator's: files hold optimisers, discriminators and counters, too."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zoo.errors import UserError
from zoo.models.reference_kinds import KINDS, Kind
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
    found = {
        match[1]: kind
        for name in named
        for kind in KINDS
        if (match := re.fullmatch(rf"((?:.*\.)?){kind.sign}", name))
    }
    if not found:
        raise UserError(_no_generator(list(tensors), others or {}))
    prefix = _wanted(found, key)
    kind = found[prefix]
    if model is not None and model not in kind.models:
        raise UserError(
            f"--model {model}: its tensors are those of a {kind.title}; use "
            f"--model {' or '.join(kind.models)}, or leave it out"
        )
    counters = tuple(prefix + each for each in _COUNTERS)
    inside = [name for name in named if name.startswith(prefix) and name not in counters]
    inner = [each for each in found if each != prefix and each.startswith(prefix)]
    inside = [name for name in inside if not name.startswith(tuple(inner))]
    state = {name.removeprefix(prefix): named[name] for name in inside}
    beside = tuple({f"{prefix}{name.split('.')[0]}." for name in state})
    for name, each in (others or {}).items():
        if isinstance(each, Opaque) and _WRAPPERS.sub("", name).startswith(beside):
            raise UserError(f"{name!r} is no tensor that can be read: save the network's state dict alone")
    chosen = set(inside)
    outside = [*(name for name in named if name not in chosen), *(others or {})]
    return Chosen(kind, prefix.removesuffix("."), state, _summary(outside, prefix))


def _wanted(found: Mapping[str, Kind], key: str | None) -> str:
    listed = [f"{prefix.removesuffix('.') or repr('')} ({kind.title})" for prefix, kind in found.items()]
    said = ", ".join(listed[:SHOWN]) + ", …" * (len(listed) > SHOWN)
    if key is None:
        if len(found) > 1:
            raise UserError(f"holds several generators: say with --weights which of {said}")
        return next(iter(found))
    exact = [prefix for prefix in found if prefix.removesuffix(".") == key]
    ends = exact or [prefix for prefix in found if key and f".{prefix}".endswith(f".{key}.")]
    if len(ends) != 1:
        raise UserError(f"--weights {key}: {'several' if ends else 'no'} such generators; it holds {said}")
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


# --- what there is in place of a generator

_OTHERS = {
    "an optimiser's state, which has no network in it: give the file of the network": r"(state\.\d+\.(exp_avg"
    r"|momentum_buffer|square_avg|step)|param_groups)",
    "a PatchGAN discriminator, which translates nothing: give the generator's file": r"model\.0\.weight$",
    "StarGAN's discriminator, which translates nothing: give …-G.ckpt": r"conv2\.weight$",
    "MUNIT's discriminators, which translate nothing: give gen_….pt": r"[ab]\.cnns\.",
    "Fader's discriminator, which translates nothing: give the autoencoder's state dict": r"proj_layers\.",
    "an image classifier": r"(layer1\.0\.conv1|features\.0|fc|classifier\.\d)\.weight$",
    "a StyleGAN, which draws pictures and translates none": r"(mapping|synthesis|style)\.",
}


def _no_generator(names: Sequence[str], others: Mapping[str, Any]) -> str:
    halved = _halved_otherwise(names)
    seems = halved or next(
        (
            what
            for what, sign in _OTHERS.items()
            if any(re.search(rf"(?:^|\.){sign}", each) for each in (*names, *others))
        ),
        "no generator that is known here",
    )
    return (
        f"{seems} (its tensors: {', '.join(names[:3])}{', …' * (len(names) > 3)}); known are "
        f"{', '.join(kind.title for kind in KINDS)}; others are exported by the code that trained them "
        "(torch.onnx.export)"
    )


def _halved_otherwise(names: Sequence[str]) -> str:
    pattern = r"(?:^|\.)model\.(\d{1,4})\.conv_block\.1\."
    places = [int(found[1]) for name in names if (found := re.search(pattern, name))]
    if not places:
        return ""
    return (
        f"a ResNet generator whose blocks begin at number {min(places)}, where CycleGAN's begin at 10: it "
        "halves pictures otherwise than by two strided convolutions, as pix2pixHD's and CUT's do"
    )
