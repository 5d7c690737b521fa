"""Which tensors a reference's network has, by name and shape.

A file is held to it before a network is built: every tensor of the one must be in the other. So nothing
is left unread that the network would have needed, and nothing is built that is larger than the file.
"""

from dataclasses import dataclass, field

import numpy as np

from zoo.errors import UserError
from zoo.reference.layers import State

Shape = tuple[int, ...]
SHOWN = 4  # names in a message


@dataclass
class Layout:
    """Tensors of a network.

    Attributes:
        needed: shapes by name.
        unused: those that a file may hold besides, which change nothing of what the network makes in use:
            buffers, and biases whose effect is taken away.
    """

    needed: dict[str, Shape] = field(default_factory=dict)
    unused: dict[str, Shape] = field(default_factory=dict)

    def convolution(self, prefix: str, channels: tuple[int, int], kernel: int, bias: bool = True) -> None:
        """Add a convolution from ``channels[0]`` to ``channels[1]``."""
        self.needed[f"{prefix}.weight"] = (channels[1], channels[0], kernel, kernel)
        if bias:
            self.needed[f"{prefix}.bias"] = (channels[1],)

    def transposed(self, prefix: str, channels: tuple[int, int], kernel: int, bias: bool = True) -> None:
        """Add a transposed convolution."""
        self.needed[f"{prefix}.weight"] = (*channels, kernel, kernel)
        if bias:
            self.needed[f"{prefix}.bias"] = (channels[1],)

    def dense(self, prefix: str, units: tuple[int, int]) -> None:
        """Add a dense layer from ``units[0]`` to ``units[1]``."""
        self.needed[f"{prefix}.weight"] = units[::-1]
        self.needed[f"{prefix}.bias"] = (units[1],)

    def scale(self, prefix: str, channels: int, names: tuple[str, str] = ("weight", "bias")) -> None:
        """Add a scale and an offset for each channel."""
        self.needed |= {f"{prefix}.{name}": (channels,) for name in names}

    def buffers(self, prefix: str, channels: int, needed: bool) -> None:
        """Add running statistics, which each image's own may stand in for, and their counter."""
        statistics = {f"{prefix}.{name}": (channels,) for name in ("running_mean", "running_var")}
        if needed:
            self.needed |= statistics
        else:
            self.unused |= statistics
        self.unused[f"{prefix}.num_batches_tracked"] = ()

    def check(self, state: State) -> None:
        """Demand that ``state`` holds these tensors, and no others.

        Raises:
            UserError: naming what is missing, what is not read, or what has another shape.
        """
        missing = [name for name in self.needed if name not in state]
        if missing:
            raise UserError(
                f"the weights have no tensor {_named(missing)}: they belong to another network, or the file "
                "was cut; it is not read as if they did not matter"
            )
        unread = [name for name in state if name not in self.needed and name not in self.unused]
        if unread:
            raise UserError(
                f"{len(unread)} of its {len(state)} tensors have no place in the reference's network, whose "
                f"images would differ without them: {_named(unread)}; it was changed, so export it from "
                "the code that trained it (torch.onnx.export)"
            )
        for name, shape in {**self.unused, **self.needed}.items():
            tensor = state.get(name)
            if tensor is None:
                continue
            if tensor.shape != shape:
                raise UserError(
                    f"tensor {name!r} has shape {tensor.shape} where the reference's network of this width "
                    f"has {shape}: it was changed, so export it from the code that trained it "
                    "(torch.onnx.export)"
                )
            if name in self.needed and getattr(tensor, "dtype", np.dtype("f4")).kind != "f":
                raise UserError(f"tensor {name!r} holds {tensor.dtype} where the network has floats")


def _named(names: list[str]) -> str:
    return ", ".join(map(repr, names[:SHOWN])) + f" and {len(names) - SHOWN} more" * (len(names) > SHOWN)
