"""Says what a network made elsewhere promises: its ports, ranges and sizes."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from export.contract import Exportable, Port, input_port, picture_port, tensor_names
from export.foreign.network import Network, Tensor
from export.foreign.sides import find_sides, reshapes
from export.foreign.trial import run
from export.golden import golden_inputs
from export.onnx.padding import Sides, side_names
from zoo.backend import tf
from zoo.engine.signature import Amount, Choice, Input, Noise, Picture
from zoo.errors import UserError
from zoo.io.limits import EXAMPLE_VALUES

Size = tuple[int, int]
Span = tuple[float, float]

USUAL_RANGE = (-1.0, 1.0)
USUAL_SIZE = (256, 256)
SMALL = 64  # sides at which a network that takes any size is tried out
SAME = 1e-3  # largest difference, in [-1, 1], of pictures that should be the same
FAR = 2.0  # no picture in [-1, 1] has such values


@dataclass(frozen=True)
class Meaning:
    """What no file says of a network; None where the usual is meant.

    Attributes:
        size: (height, width) it was trained at; its own, or 256 × 256.
        size_multiple: what sides must be a multiple of; found out by trying.
        input_range, output_range: of its pictures' values; -1..1, and as the input's.
        inputs: what those that are no pictures are, by name: ("noise",), ("choice", value, …) or
            ("amount", low, high).
    """

    size: Size | None = None
    size_multiple: int | None = None
    input_range: Span | None = None
    output_range: Span | None = None
    inputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def describe_network(
    network: Network, name: str, meaning: Meaning, say: Callable[[str], None] = lambda line: None
) -> Exportable:
    """Make a network's pictures lie in [-1, 1], and find out the rest by running it.

    Args:
        network: takes pictures (N, H, W, 1 or 3), with both sides fixed or both free, and rows (N, n).
        name: of the model.
        meaning: what its numbers mean.
        say: receives what seems strange.

    Raises:
        UserError: it does not make one picture of such inputs, or makes another one each time, or
            one that depends on what else is in the batch; ``meaning`` does not fit.
    """
    output = _only_picture(network)
    known = {tensor.name: tensor for tensor in network.inputs}
    for each in meaning.inputs:
        if each not in known:
            raise UserError(f"--input {each}: the model's inputs are {', '.join(map(str, known.values()))}")
    given = {each: _input(tensor, meaning.inputs.get(each)) for each, tensor in known.items()}
    pictures = [known[each] for each, kind in given.items() if isinstance(kind, Picture)]
    fixed = _fixed_size(pictures)
    _demand_few_values([*known.values()], fixed or meaning.size or USUAL_SIZE)
    if fixed and (meaning.size not in (None, fixed) or meaning.size_multiple):
        raise UserError(
            f"the model takes pictures of {_text(fixed)} alone: leave --size and --size-multiple out"
        )

    input_range = meaning.input_range or USUAL_RANGE
    output_range = meaning.output_range or input_range
    made = "translated" if pictures else "drawn"
    names = dict(zip(known, tensor_names(list(known), reserved=made), strict=True))
    first = names[pictures[0].name] if pictures else ""

    def run(**tensors: tf.Tensor) -> dict[str, tf.Tensor]:
        (images,) = network.call(
            [_adapted(tensors[names[each]], known[each], given[each], input_range) for each in known]
        )
        return {made: _from_range(tf.cast(images, tf.float32), output_range)}

    inputs = tuple(
        input_port(kind, names[each], fixed or side_names("" if names[each] == first else names[each]))
        for each, kind in given.items()
    )
    what = f"what {name} makes of {'the picture' if pictures else 'it'}"
    source = Exportable(
        network=run,
        variables=network.variables,
        inputs=tuple(_told(port, input_range) if port.kind == "picture" else port for port in inputs),
        outputs=(_told(picture_port(made, made, output.shape[3], what, side_names()), output_range),),
        model=name,
        recipe="made elsewhere",
        signature="translate" if pictures else "draw",
        meaning=what,
        size=fixed or meaning.size or USUAL_SIZE,
        sides=Sides(1),
        statistics=network.statistics,
        dropout=network.dropout,
        provenance={
            **network.told,
            "parameters": int(sum(np.prod(weight.shape) for weight in network.variables)),
            "assumed": _assumed(meaning, bool(pictures), fixed, network.assumed),
        },
    )
    if source.any_size:
        sides = _find_sides(source, meaning.size_multiple, network.is_program)
        source = replace(source, sides=sides, reshapes=reshapes(run, source.inputs))
        tried = (-(-SMALL // sides.least) * sides.least,) * 2
    else:
        height, width = _tried(source, source.size, 1, network.is_program)[0].shape[1:3]
        if pictures and _is_judgement(output, source.size, (height, width)):
            raise UserError(_judges((height, width)))
        (port,) = source.outputs
        port = replace(port, shape=("batch", height, width, output.shape[3]))
        source = replace(source, outputs=(port,), size=source.size if pictures else (height, width))
        tried = source.size
    _try_out(source, tried, meaning.output_range is None, network.is_program, say)
    return source


# --- what goes in and what comes out


def _only_picture(network: Network) -> Tensor:
    for tensor in (*network.inputs, *network.outputs):
        if tensor.shape is None:
            raise UserError(
                f"{tensor} has no known number of axes: save the model for (batch, height, width, 3)"
            )
    if len(network.outputs) != 1:
        raise UserError(
            f"it has {len(network.outputs)} outputs, {', '.join(map(str, network.outputs))}, and one picture "
            "is exported: save a model of one, as keras.Model(model.inputs, model.outputs[0])"
        )
    (output,) = network.outputs
    if len(output.shape) == 2:
        raise UserError(
            f"its output {output} is no picture but a row of numbers, as a discriminator or a classifier "
            "makes: give the file of the generator"
        )
    if not output.is_picture:
        raise UserError(
            f"its output {output} is no picture, which is (batch, height, width, 1 or 3) of floats: give a "
            "generator, with channels last"
        )
    return output


def _input(tensor: Tensor, kind: tuple[str, ...] | None) -> Input:
    """What a tensor is; ``kind`` as in ``Meaning.inputs``."""
    name, (batch, *axes) = tensor.name, tensor.shape or (1,)
    if batch is not None:
        raise UserError(
            f"its input {tensor} takes batches of {batch} alone: save the model with a free batch axis"
        )
    if tensor.is_picture:
        if kind:
            raise UserError(f"--input {name}: {tensor} is a picture; leave it out")
        return Picture(name, axes[-1], "a picture that goes in")
    if len(axes) > 1 or None in axes:
        raise UserError(
            f"its input {tensor} is neither a picture, (batch, height, width, 1 or 3) of floats, nor a row "
            "of numbers: save the model for pictures with channels last"
        )
    columns = axes[0] if axes else 1
    what, *values = kind or ("noise",)
    if what == "choice":
        if columns not in (1, len(values)):
            raise UserError(f"--input {name}: {len(values)} values where the model takes {columns} numbers")
        return Choice(name, tuple(values), "the value that is wished")
    if not tensor.dtype.startswith("float") or not axes:
        raise UserError(
            f"its input {tensor} is the number of a value: name the values, as --input {name}=choice:red:blue"
        )
    if what == "amount":
        if columns != 1:
            raise UserError(f"--input {name}: an amount is one number, and the model takes {columns}")
        return Amount(name, *values, "how much of it is wished")
    return Noise(name, columns, "numbers drawn from N(0, 1)")


def _fixed_size(pictures: Sequence[Tensor]) -> Size | None:
    sizes = {tensor.shape[1:3] for tensor in pictures}
    if len(sizes) > 1 or any(None in size and size != (None, None) for size in sizes):
        raise UserError(
            f"its pictures are {', '.join(map(str, pictures))}: save the model with the same sides "
            "for all, or with both free"
        )
    size = next(iter(sizes), (None, None))
    return None if None in size else size


def _demand_few_values(tensors: Sequence[Tensor], size: Size) -> None:
    for tensor in tensors:
        shape = (*size, tensor.shape[3]) if tensor.is_picture else tensor.shape[1:]
        if math.prod(shape) > EXAMPLE_VALUES:
            raise UserError(f"its input {tensor} has more than {EXAMPLE_VALUES:,} numbers at {_text(size)}")


def _adapted(value: tf.Tensor, tensor: Tensor, kind: Input, span: Span) -> tf.Tensor:
    """What a port takes → what the model takes."""
    low, high = span
    if isinstance(kind, Picture) and span != USUAL_RANGE:
        value = value * ((high - low) / 2) + (high + low) / 2
    elif isinstance(kind, Choice) and tensor.shape[1:] != (len(kind.values),):
        # The value's number, where its place is taken here.
        value = tf.argmax(value, axis=1)
        value = value[:, None] if len(tensor.shape) == 2 else value
    return tf.cast(value, tensor.dtype)


def _from_range(images: tf.Tensor, span: Span) -> tf.Tensor:
    low, high = span
    return images if span == USUAL_RANGE else (images - (high + low) / 2) * (2 / (high - low))


def _told(port: Port, span: Span) -> Port:
    """The port of a picture whose values the model itself has in another range."""
    return port if span == USUAL_RANGE else replace(port, more={**port.more, "converted_range": list(span)})


def _assumed(meaning: Meaning, translates: bool, fixed: Size | None, of_file: Sequence[str]) -> str:
    """What nobody said and the contract says all the same."""
    assumed = [*of_file]
    if translates and meaning.input_range is None:
        assumed.append("it takes pictures in -1..1")
    if meaning.output_range is None:
        assumed.append("it makes pictures in the range of those it takes" if translates else "it makes -1..1")
    if translates and not fixed and meaning.size is None:
        assumed.append(f"it was trained at {_text(USUAL_SIZE)}")
    return "; ".join(assumed) or "nothing"


# --- what it does


def _made(source: Exportable, size: Size, count: int, is_program: bool, times: int = 1) -> list[np.ndarray]:
    """Pictures (count, H, W, C) that come of examples of a size, as often as they are made."""
    inputs, _ = golden_inputs(replace(source, size=size))
    first = {name: array[:count] for name, array in inputs.items()}
    results = run(source.network, first, is_program, times)
    return [result[source.outputs[0].name] for result in results]


def _tried(source: Exportable, size: Size, count: int, is_program: bool, times: int = 1) -> list[np.ndarray]:
    """The same of a size that it must take."""
    try:
        return _made(source, size, count, is_program, times)
    except (ValueError, tf.errors.OpError) as error:
        said = " ".join(str(error).split())[:200]
        raise UserError(f"it cannot be run on pictures of {_text(size)} ({said}): save it again") from error


def _find_sides(source: Exportable, multiple: int | None, is_program: bool) -> Sides:
    tried: list[tuple[Size, Size]] = []

    def made_at(size: Size) -> Size:
        tried.append((size, _made(source, size, 1, is_program)[0].shape[1:3]))
        return tried[-1][1]

    try:
        return find_sides(made_at, multiple)
    except UserError:
        output = source.outputs[0]
        if tried and all(_is_judgement(output, *each) for each in tried):
            raise UserError(_judges(tried[0][1])) from None
        raise


def _is_judgement(output: Port | Tensor, size: Size, made: Size) -> bool:
    """Whether what comes out is a small map of one channel, as a PatchGAN makes."""
    return output.shape[3] == 1 and all(2 * small <= side for small, side in zip(made, size, strict=True))


def _judges(made: Size) -> str:
    return (
        f"it makes one channel of {_text(made)} of a picture, as a discriminator does: give the file of the "
        "generator"
    )


def _try_out(
    source: Exportable, size: Size, range_is_assumed: bool, is_program: bool, say: Callable[[str], None]
) -> None:
    """Demand what the contract promises: the same picture each time, whatever is beside it."""
    (one,) = _tried(source, size, 1, is_program)
    two, again = _tried(source, size, 2, is_program, times=2)
    if not np.isfinite(two).all():
        raise UserError("it makes values that are not finite: check its weights and --input-range")
    if not source.dropout and np.abs(two - again).max() > SAME:
        raise UserError("it makes another picture each time: save the model for inference, without dropout")
    if not source.dropout and np.abs(two[:1] - one).max() > SAME:
        raise UserError(
            "what it makes of a picture depends on what else is in the batch: save the model for inference, "
            "with the moving averages of its batch normalisations"
        )
    low, high = float(two.min()), float(two.max())
    if range_is_assumed and max(-low, high) > FAR:
        raise UserError(f"its pictures have values in {low:.3g}..{high:.3g}: give --output-range, as 0..255")
    if range_is_assumed and low >= 0:
        say(
            f"its values lie in {low:.3g}..{high:.3g}: if that is 0..1, export again with --output-range 0..1"
        )


def _text(size: Size) -> str:
    return "x".join(map(str, size))
