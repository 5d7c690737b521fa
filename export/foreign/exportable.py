"""Describes another project's network for the exporter."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from export.contract import Exportable
from export.foreign.behaviour import (
    check_behaviour,
    discriminator_message,
    is_verdict,
    run_at_valid,
    sides_of,
)
from export.foreign.meaning import USUAL_RANGE, USUAL_SIZE, Meaning, Size, size_text
from export.foreign.network import Network
from export.foreign.ports import (
    check_few_values,
    fixed_size,
    from_model,
    input_of,
    only_picture,
    to_model,
    with_range,
)
from export.foreign.sides import reshapes
from export.onnx.padding import Sides, side_names
from export.ports import input_port, picture_port, tensor_names
from zoo.backend import tf
from zoo.engine.signature import Picture
from zoo.errors import UserError
from zoo.listener import SILENT, Listener

SMALL = 64  # sides at which a network that takes any size is tried


def describe_network(
    network: Network, name: str, meaning: Meaning, listener: Listener = SILENT
) -> Exportable:
    """Describe a network for the exporter: its images in [-1, 1], the rest found by running it.

    Args:
        network: takes images (N, H, W, 1 or 3), with both sides fixed or both free, and rows (N, n).
        name: of the model.
        meaning: what the user says of it.
        listener: receives what seems strange.

    Raises:
        UserError: it does not return one image, returns another one each time, or one that depends on
            what else is in the batch; ``meaning`` does not fit.
    """
    output = only_picture(network)
    known = {tensor.name: tensor for tensor in network.inputs}
    for each in meaning.inputs:
        if each not in known:
            raise UserError(f"`input` {each}: the model's inputs are {', '.join(map(str, known.values()))}")
    kinds = {each: input_of(tensor, meaning.inputs.get(each)) for each, tensor in known.items()}
    pictures = [known[each] for each, kind in kinds.items() if isinstance(kind, Picture)]
    fixed = fixed_size(pictures)
    check_few_values([*known.values()], fixed or meaning.size or USUAL_SIZE)
    if fixed and (meaning.size not in (None, fixed) or meaning.size_multiple):
        raise UserError(
            f"the model takes images of {size_text(fixed)} only: leave `size` and `size_multiple` out"
        )

    input_range = meaning.input_range or USUAL_RANGE
    output_range = meaning.output_range or input_range
    result = "translated" if pictures else "drawn"
    names = dict(zip(known, tensor_names(list(known), reserved=result), strict=True))
    first = names[pictures[0].name] if pictures else ""

    def run(**tensors: tf.Tensor) -> dict[str, tf.Tensor]:
        (images,) = network.call(
            [to_model(tensors[names[each]], known[each], kinds[each], input_range) for each in known]
        )
        return {result: from_model(tf.cast(images, tf.float32), output_range)}

    inputs = tuple(
        input_port(kind, names[each], fixed or side_names("" if names[each] == first else names[each]))
        for each, kind in kinds.items()
    )
    what = f"what {name} makes of {'the picture' if pictures else 'it'}"
    source = Exportable(
        network=run,
        variables=network.variables,
        inputs=tuple(with_range(port, input_range) if port.kind == "picture" else port for port in inputs),
        outputs=(
            with_range(picture_port(result, result, output.shape[3], what, side_names()), output_range),
        ),
        model=name,
        recipe="trained elsewhere",
        signature="translate" if pictures else "draw",
        meaning=what,
        size=fixed or meaning.size or USUAL_SIZE,
        sides=Sides(1),
        statistics=network.statistics,
        dropout=network.dropout,
        provenance={
            **network.provenance,
            "parameters": int(sum(np.prod(weight.shape) for weight in network.variables)),
            "assumed": _assumptions(meaning, bool(pictures), fixed, network.assumed),
        },
    )
    if source.any_size:
        sides = sides_of(source, meaning.size_multiple, network.is_program)
        source = replace(source, sides=sides, reshapes=reshapes(run, source.inputs))
        tried = (-(-SMALL // sides.least) * sides.least,) * 2
    else:
        height, width = run_at_valid(source, source.size, 1, network.is_program)[0].shape[1:3]
        if pictures and is_verdict(output, source.size, (height, width)):
            raise UserError(discriminator_message((height, width)))
        (port,) = source.outputs
        port = replace(port, shape=("batch", height, width, output.shape[3]))
        source = replace(source, outputs=(port,), size=source.size if pictures else (height, width))
        tried = source.size
    check_behaviour(source, tried, meaning.output_range is None, network.is_program, listener)
    return source


def _assumptions(meaning: Meaning, translates: bool, fixed: Size | None, of_file: Sequence[str]) -> str:
    """What the contract states although neither the user nor the file does."""
    assumed = [*of_file]
    if translates and meaning.input_range is None:
        assumed.append("it takes images in -1..1")
    if meaning.output_range is None:
        assumed.append("it makes images in the range of those it takes" if translates else "it makes -1..1")
    if translates and not fixed and meaning.size is None:
        assumed.append(f"it was trained at {size_text(USUAL_SIZE)}")
    return "; ".join(assumed) or "nothing"
