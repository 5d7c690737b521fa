"""Which normalisation a U-Net's or a ResNet's tensors are of, as far as they show it.

============================  =============================================================
tensors after a convolution   they are of
============================  =============================================================
scale, offset, statistics     batch normalisation
statistics, or none           instance normalisation without a scale, the references' own
scale and offset              instance *or* group normalisation: the user says
============================  =============================================================
"""

from collections.abc import Sequence
from dataclasses import dataclass

from zoo.errors import UserError
from zoo.reference.layers import State
from zoo.reference.layout import Layout


@dataclass(frozen=True)
class Norm:
    """A normalisation.

    Attributes:
        name: of the zoo's generators: "batch", "instance", "affine" (an instance normalisation with
            scale and offset), or "group:N".
        scale: whether it has a scale and an offset.
        bias: whether the convolutions before it have one.
        assumed: what no tensor shows, in words; "" for nothing.
    """

    name: str
    scale: bool
    bias: bool
    assumed: str

    @property
    def only_statistics(self) -> str:
        """Statistics that it always takes: "image", each image's own; "" where there is a choice."""
        return "" if self.name == "batch" else "image"

    def add(self, layout: Layout, convolution: str, module: str, channels: int) -> None:
        """Add its tensors to a layout, and the bias of the convolution before it."""
        if self.bias:
            layout.needed[f"{convolution}.bias"] = (channels,)
        if self.scale:
            layout.scale(module, channels)
        layout.buffers(module, channels, needed=self.name == "batch")


def find_norm(
    state: State, convolution: str, prefix: str, channels: Sequence[int], asked: str | None
) -> Norm:
    """Read a normalisation off the tensors of its first module.

    Args:
        state: tensors by name.
        convolution: name of the convolution before it.
        prefix: its own name.
        channels: of all normalisations of the network.
        asked: "instance" or "group:N", where the file does not show it.

    Raises:
        UserError: the file does not show it and ``asked`` is None, or it shows something else.
    """
    scale, statistics = (f"{prefix}.{name}" in state for name in ("weight", "running_mean"))
    bias = f"{convolution}.bias" in state
    if scale and statistics:
        if asked is not None:
            raise UserError(
                f"`norm` {asked}: it has running statistics, as batch normalisation does; leave the option "
                "out, and choose with `statistics`"
            )
        return Norm("batch", True, bias, "")
    if not scale:
        if asked not in (None, "instance"):
            raise UserError(f"`norm` {asked}: its normalisations have no scale; leave the option out")
        # Without normalisation the reference's convolutions have no bias, so that shows it.
        own = ", of each image's own statistics in place of the running ones, as the reference uses it"
        meaning = "instance normalisation without a scale" + (own if statistics else ", which has no tensors")
        return Norm("instance", False, True, meaning)
    if asked is None:
        raise UserError(
            "its normalisations have a scale and an offset and no running statistics, as instance and group "
            "normalisation both do; say which with `norm` instance or, in groups of channels, `norm` group:N"
        )
    if asked == "instance":
        return Norm("affine", True, bias, "instance normalisation, as specified")
    groups = int(asked.removeprefix("group:"))
    wrong = next((each for each in channels if each % groups), None)
    if wrong is not None:
        raise UserError(
            f"`norm` {asked}: {wrong} channels are not a multiple of {groups}; give the network's groups"
        )
    return Norm(asked, True, bias, f"group normalisation in {groups} groups, as specified")
