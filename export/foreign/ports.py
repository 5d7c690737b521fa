"""What goes into a network and comes out of it, and how the bundle's ports differ from that."""

import math
from collections.abc import Sequence
from dataclasses import replace

from export.foreign.meaning import USUAL_RANGE, Range, Size, size_text
from export.foreign.network import Network, Tensor
from export.ports import Port
from zoo.backend import tf
from zoo.engine.signature import Amount, Choice, Input, Noise, Picture
from zoo.errors import UserError
from zoo.io.limits import EXAMPLE_VALUES


def only_picture(network: Network) -> Tensor:
    """The one image that a network returns.

    Raises:
        UserError: it returns something else.
    """
    for tensor in (*network.inputs, *network.outputs):
        if tensor.shape is None:
            raise UserError(
                f"{tensor} has no known number of axes: save the model for (batch, height, width, 3)"
            )
    if len(network.outputs) != 1:
        raise UserError(
            f"it has {len(network.outputs)} outputs, {', '.join(map(str, network.outputs))}, and one image "
            "is exported: save a model with one, such as keras.Model(model.inputs, model.outputs[0])"
        )
    (output,) = network.outputs
    if len(output.shape) == 2:
        raise UserError(
            f"its output {output} is not an image but a row of numbers, as from a discriminator or a "
            "classifier: give the file of the generator"
        )
    if not output.is_picture:
        raise UserError(
            f"its output {output} is not an image, which is (batch, height, width, 1 or 3) of floats: give "
            "a generator, with channels last"
        )
    return output


def input_of(tensor: Tensor, kind: tuple[str, ...] | None) -> Input:
    """The input that a tensor is.

    Args:
        tensor: of a network's inputs.
        kind: as in ``Meaning.inputs``; None if the user says nothing.

    Raises:
        UserError: it is of no supported kind, or ``kind`` does not fit.
    """
    name, (batch, *axes) = tensor.name, tensor.shape or (1,)
    if batch is not None:
        raise UserError(
            f"its input {tensor} takes batches of {batch} only: save the model with a free batch axis"
        )
    if tensor.is_picture:
        if kind:
            raise UserError(f"`input` {name}: {tensor} is an image; leave it out")
        return Picture(name, axes[-1], "an image that goes in")
    if len(axes) > 1 or None in axes:
        raise UserError(
            f"its input {tensor} is neither an image, (batch, height, width, 1 or 3) of floats, nor a row "
            "of numbers: save the model for images with channels last"
        )
    columns = axes[0] if axes else 1
    what, *values = kind or ("noise",)
    if what == "choice":
        if columns not in (1, len(values)):
            raise UserError(f"`input` {name}: {len(values)} values where the model takes {columns} numbers")
        return Choice(name, tuple(values), "the value that is wished")
    if not tensor.dtype.startswith("float") or not axes:
        raise UserError(
            f"its input {tensor} is the index of a value: name them, such as `input` {name}=choice:red:blue"
        )
    if what == "amount":
        if columns != 1:
            raise UserError(f"`input` {name}: an amount is one number, and the model takes {columns}")
        return Amount(name, *values, "how much of it is wished")
    return Noise(name, columns, "numbers drawn from N(0, 1)")


def fixed_size(pictures: Sequence[Tensor]) -> Size | None:
    """The (height, width) of images whose sides are fixed; None if they are free."""
    sizes = {tensor.shape[1:3] for tensor in pictures}
    if len(sizes) > 1 or any(None in size and size != (None, None) for size in sizes):
        raise UserError(
            f"its images are {', '.join(map(str, pictures))}: save the model with the same sides "
            "for all, or with both free"
        )
    size = next(iter(sizes), (None, None))
    return None if None in size else size


def check_few_values(tensors: Sequence[Tensor], size: Size) -> None:
    """Refuse inputs that are larger than a bundle's may be."""
    for tensor in tensors:
        shape = (*size, tensor.shape[3]) if tensor.is_picture else tensor.shape[1:]
        if math.prod(shape) > EXAMPLE_VALUES:
            raise UserError(
                f"its input {tensor} has more than {EXAMPLE_VALUES:,} numbers at {size_text(size)}"
            )


def to_model(value: tf.Tensor, tensor: Tensor, kind: Input, own_range: Range) -> tf.Tensor:
    """A value as the port takes it → as the model takes it."""
    low, high = own_range
    if isinstance(kind, Picture) and own_range != USUAL_RANGE:
        value = value * ((high - low) / 2) + (high + low) / 2
    elif isinstance(kind, Choice) and tensor.shape[1:] != (len(kind.values),):
        # One-hot here, the value's index there.
        value = tf.argmax(value, axis=1)
        value = value[:, None] if len(tensor.shape) == 2 else value
    return tf.cast(value, tensor.dtype)


def from_model(images: tf.Tensor, own_range: Range) -> tf.Tensor:
    """Images in the model's range → in [-1, 1]."""
    low, high = own_range
    return images if own_range == USUAL_RANGE else (images - (high + low) / 2) * (2 / (high - low))


def with_range(port: Port, own_range: Range) -> Port:
    """The port of images that the model itself has in this range."""
    return (
        port
        if own_range == USUAL_RANGE
        else replace(port, more={**port.more, "converted_range": list(own_range)})
    )
