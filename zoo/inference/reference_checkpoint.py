"""A generator that a reference implementation saved, ready for use: kind and shape are read off its tensors.

====================================  =======================================================
file                                  of
====================================  =======================================================
``latest_net_G.pth``, ``…_G_A.pth``   pytorch-CycleGAN-and-pix2pix: U-Net or ResNet, any norm
``200000-G.ckpt``                     StarGAN, version 1
``gen_01000000.pt``                   MUNIT: both domains' encoders and decoders
a state dict of the autoencoder       Fader Networks, whose own files are pickled modules
====================================  =======================================================

The tensors may lie in a dictionary with others: an optimiser's, a discriminator's, counters.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from zoo.attributes import Attribute
from zoo.engine.signature import Choice, Input, Signature
from zoo.errors import UserError
from zoo.inference.run_checkpoint import Inference, make_signature, resolve_statistics
from zoo.models.info import ModelInfo
from zoo.models.reference_choice import SHOWN, Chosen, choose
from zoo.models.registry import model_info
from zoo.reference.kinds import Architecture, FileOptions, Size
from zoo.reference.state_dict import read_tensors
from zoo.renamed import former_arguments


@former_arguments(usage="signature")
def load_checkpoint(
    path: Path,
    model: str | None = None,
    signature: str | None = None,
    size: Size | None = None,
    attributes: tuple[Attribute, ...] = (),
    statistics: str = "auto",
    dropout: bool = False,
    norm: str | None = None,
    weights: str | None = None,
) -> Inference:
    """Build the generator that a file holds, with its weights.

    Args:
        path: a file of ``torch.save``'s; nothing in it is executed.
        model: its name in ``zoo.models.registry``; read off the tensors without it.
        signature: one of ``ModelInfo.signatures``; by default the first.
        size: (height, width) of the images; by default its reference's.
        attributes: of a generator with conditions, in the order of its numbers; named by their
            places without them.
        statistics: "image", as the reference has it (and "auto"), or "moving", where the file has
            moving averages.
        dropout: redraw it at each call, as the reference's pix2pix does in tests too, but with
            its --eval. A ResNet's file shows whether it has any; a U-Net's does not, and half of
            the values of three decoder layers are dropped then, as by the reference's default.
        norm: "instance" or "group:N", of a file whose normalisations may be either.
        weights: what the names of the generator's tensors begin with, in a file of several generators.

    Raises:
        UserError: the file holds no generator that is known, or several; a tensor is missing, does
            not fit, or has no place in it; ``model``, ``signature``, ``size``, ``attributes`` or
            ``norm`` are not the file's.
    """
    path = Path(path)
    chosen, architecture = identify(path, model, size, attributes, norm, weights)
    kind = chosen.kind
    try:
        entry = model_info(kind.builds)
        signature = entry.signatures[0] if signature is None else signature
        if signature not in entry.signatures:
            raise UserError(f"has no signature {signature!r}: it is used as {', '.join(entry.signatures)}")
        used = _signature(entry, architecture, signature, statistics, dropout)
        kind.load(used.networks, chosen.state)
    except UserError as error:
        raise UserError(f"{path} ({kind.title}): {error}") from None
    return Inference(
        dropout=dropout,
        signature=used,
        model=model or kind.models[0],
        recipe="",
        provenance=_provenance(path, chosen, architecture, used),
    )


def identify(
    path: Path,
    model: str | None = None,
    size: Size | None = None,
    attributes: tuple[Attribute, ...] = (),
    norm: str | None = None,
    weights: str | None = None,
) -> tuple[Chosen, Architecture]:
    """Find out which generator a file holds, and that it holds all of it and no more; nothing is built.

    Args:
        path, model, size, attributes, norm, weights: as of ``load_checkpoint``.

    Raises:
        UserError: as ``load_checkpoint``.
    """
    file = read_tensors(path)
    try:
        chosen = choose(file.tensors, file.others, model, weights)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    title = chosen.kind.title
    try:
        architecture = chosen.kind.read(chosen.state, FileOptions(size, attributes, norm))
        architecture.layout.check(chosen.state)
    except KeyError as error:
        raise UserError(f"{path}: a {title} without a tensor {error}: copy the file again") from None
    except UserError as error:
        raise UserError(f"{path} ({title}): {error}") from None
    return chosen, architecture


def _provenance(
    path: Path, chosen: Chosen, architecture: Architecture, used: Signature
) -> dict[str, str | int]:
    weights = [weight for network in used.networks.values() for weight in network.trainable_weights]
    left_out = ", ".join(chosen.left_out[:SHOWN]) + ", …" * (len(chosen.left_out) > SHOWN)
    return {
        "checkpoint": path.name,
        **({"key": chosen.key} if chosen.key else {}),
        "network": f"{chosen.kind.title}, by the names and shapes of its tensors",
        "assumed": "; ".join(filter(None, architecture.assumed)),
        **({"left_out": left_out} if left_out else {}),
        "weights": "as the file has them; it does not say how they were trained",
        "parameters": int(sum(np.prod(weight.shape) for weight in weights)),
    }


def _signature(
    entry: ModelInfo, architecture: Architecture, signature: str, statistics: str, dropout: bool
) -> Signature:
    config = architecture.configuration
    if entry.choice_of_statistics:
        if statistics == "moving" and architecture.statistics == "image":
            raise UserError(
                "`statistics` moving: its normalisations take each image's own; leave the option out"
            )
        # The reference normalises with the batch that it is given, one image.
        chosen = resolve_statistics(architecture.statistics or statistics, config.norm, batch_size=1)
        return make_signature(entry, config, signature, chosen, dropout=dropout)
    if statistics != "auto":
        raise UserError("`statistics`: it leaves no choice; leave the option out")
    with_conditions = make_signature(entry, config, signature, dropout=dropout)
    return replace(with_conditions, inputs=tuple(map(_demanded, with_conditions.inputs)))


def _demanded(each: Input) -> Input:
    """The reference's StarGAN has never been asked to leave an attribute as it is."""
    if not isinstance(each, Choice):
        return each
    return replace(each, optional=False, meaning=f"the {each.name} to give it")
