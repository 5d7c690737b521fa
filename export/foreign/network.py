"""A network of another project, before it is known what its numbers mean."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from zoo.backend import tf


@dataclass(frozen=True)
class Tensor:
    """What goes in or comes out; None in the shape is any length, None as the shape any rank."""

    name: str
    shape: tuple[int | None, ...] | None
    dtype: str

    @classmethod
    def of(cls, name: str, spec: Any) -> "Tensor":
        """The same of whatever has a TensorFlow shape and dtype."""
        shape = tf.TensorShape(spec.shape)
        return cls(name, None if shape.rank is None else tuple(shape.as_list()), tf.as_dtype(spec.dtype).name)

    @property
    def is_picture(self) -> bool:
        """Whether it is (N, H, W, 1 or 3), of floats."""
        return len(self.shape) == 4 and self.shape[3] in (1, 3) and self.dtype.startswith("float")

    def __str__(self) -> str:
        sides = "any rank" if self.shape is None else " × ".join(str(side or "any") for side in self.shape)
        return f"{self.name!r} ({sides}, {self.dtype})"


@dataclass(frozen=True)
class Network:
    """A network with its weights, as it is used after training.

    Attributes:
        call: tensors in the order of ``inputs`` → those of ``outputs``.
        variables: every ``tf.Variable`` that it reads.
        statistics: "image" or "moving", as ``zoo.engine.signature.Signature`` has it.
        provenance: what is known of where it comes from.
        is_program: whether it may do more than compute with tensors of sizes that are known.
        dropout: whether it redraws dropout at each call.
        assumed: what was decided where its file leaves it open.
    """

    call: Callable[[Sequence[tf.Tensor]], Sequence[tf.Tensor]]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    variables: Sequence[tf.Variable]
    statistics: str
    provenance: dict[str, Any] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    is_program: bool = False
    dropout: bool = False
