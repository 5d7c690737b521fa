"""How a network behaves, found by running it: the sizes it takes, and whether its results are its own."""

from dataclasses import replace

import numpy as np

from export.contract import Exportable
from export.foreign.meaning import Size, size_text
from export.foreign.network import Tensor
from export.foreign.sides import find_sides
from export.foreign.trial import run
from export.golden import golden_inputs
from export.onnx.padding import Sides
from export.ports import Port
from zoo.backend import tf
from zoo.errors import UserError
from zoo.listener import Listener

SAME = 1e-3  # largest difference, in [-1, 1], of images that should be the same
FAR = 2.0  # no image in [-1, 1] has such values


def run_at(source: Exportable, size: Size, count: int, is_program: bool, times: int = 1) -> list[np.ndarray]:
    """Images (count, H, W, C) that a network returns for examples of a size, one array each time."""
    inputs, _ = golden_inputs(replace(source, size=size))
    first = {name: array[:count] for name, array in inputs.items()}
    results = run(source.network, first, is_program, times)
    return [result[source.outputs[0].name] for result in results]


def run_at_valid(
    source: Exportable, size: Size, count: int, is_program: bool, times: int = 1
) -> list[np.ndarray]:
    """The same for a size that it has to take."""
    try:
        return run_at(source, size, count, is_program, times)
    except (ValueError, tf.errors.OpError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(
            f"it cannot be run on images of {size_text(size)} ({reason}): save it again"
        ) from error


def sides_of(source: Exportable, multiple: int | None, is_program: bool) -> Sides:
    """Which heights and widths a network takes, found by trying.

    Raises:
        UserError: as ``find_sides``; or it is a discriminator.
    """
    tried: list[tuple[Size, Size]] = []

    def size_at(size: Size) -> Size:
        tried.append((size, run_at(source, size, 1, is_program)[0].shape[1:3]))
        return tried[-1][1]

    try:
        return find_sides(size_at, multiple)
    except UserError:
        output = source.outputs[0]
        if tried and all(is_verdict(output, *each) for each in tried):
            raise UserError(discriminator_message(tried[0][1])) from None
        raise


def is_verdict(output: Port | Tensor, size: Size, output_size: Size) -> bool:
    """Whether the output is a small map with one channel, as a PatchGAN's."""
    return output.shape[3] == 1 and all(
        2 * small <= side for small, side in zip(output_size, size, strict=True)
    )


def discriminator_message(output_size: Size) -> str:
    """What to say of a network whose output is a verdict."""
    return (
        f"it returns one channel of {size_text(output_size)} for an image, as a discriminator does: "
        "give the file of the generator"
    )


def check_behaviour(
    source: Exportable, size: Size, range_is_assumed: bool, is_program: bool, listener: Listener
) -> None:
    """Check what the contract promises: the same image each time, whatever else is in the batch.

    Raises:
        UserError: the network does otherwise, or its values are not finite or far outside the range.
    """
    (one,) = run_at_valid(source, size, 1, is_program)
    two, again = run_at_valid(source, size, 2, is_program, times=2)
    if not np.isfinite(two).all():
        raise UserError("it returns values that are not finite: check its weights and `input_range`")
    if not source.dropout and np.abs(two - again).max() > SAME:
        raise UserError("it returns another image each time: save the model for inference, without dropout")
    if not source.dropout and np.abs(two[:1] - one).max() > SAME:
        raise UserError(
            "its result for an image depends on what else is in the batch: save the model for inference, "
            "with the moving averages of its batch normalisations"
        )
    low, high = float(two.min()), float(two.max())
    if range_is_assumed and max(-low, high) > FAR:
        raise UserError(
            f"its images have values in {low:.3g}..{high:.3g}: give `output_range`, such as 0..255"
        )
    if range_is_assumed and low >= 0:
        listener.say(
            f"its values lie in {low:.3g}..{high:.3g}: if that is 0..1, export again with `output_range` 0..1"
        )
