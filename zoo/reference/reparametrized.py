"""Weights that PyTorch makes of other tensors at each call: spectral norm and weight norm.

In use, spectral norm (Miyato et al. 2018) divides a kernel W, as a matrix with its output channels first,
by uᵀWv, of the u and v of training's last step. Weight norm (Salimans and Kingma 2016) is g · v / |v|.
Both are constants after training, and folded here into plain weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from zoo.errors import UserError


@dataclass(frozen=True)
class Reparametrized:
    """A weight and the tensors that scale it; like an array, as far as its shape.

    Attributes:
        name: of the weight.
        direction: the tensor that is scaled, of the weight's shape.
        scale: (u, v) of spectral norm, (g,) of weight norm.
    """

    name: str
    direction: np.ndarray
    scale: tuple[np.ndarray, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the weight."""
        return self.direction.shape

    @property
    def ndim(self) -> int:
        """Axes of the weight."""
        return self.direction.ndim

    def folded(self, transposed: bool) -> np.ndarray:
        """The weight as it is used, float64.

        Args:
            transposed: whether it is a transposed convolution's, whose output channels are its second axis.

        Raises:
            UserError: the tensors do not fit together.
        """
        direction = self.direction.astype(np.float64)
        if len(self.scale) == 1:
            (g,) = self.scale
            across = tuple(axis for axis, side in enumerate(g.shape) if side == 1)
            if g.ndim != direction.ndim or any(g.shape[a] not in (1, s) for a, s in enumerate(self.shape)):
                raise UserError(f"the weight norm of {self.name!r} has shape {g.shape} for {self.shape}")
            return direction * (g / np.sqrt(np.square(direction).sum(axis=across, keepdims=True)))
        u, v = (each.astype(np.float64) for each in self.scale)
        axis = 1 if transposed and self.ndim > 1 else 0
        matrix = np.moveaxis(direction, axis, 0).reshape(self.shape[axis], -1) if self.ndim else direction
        if matrix.shape != (*u.shape, *v.shape):
            raise UserError(
                f"the spectral norm of {self.name!r} has {u.shape} and {v.shape} for {self.shape}"
            )
        return direction / (u @ matrix @ v)


_FORMS = (
    # what the weight's name is followed by, in place of ".weight"
    (".weight_orig", (".weight_u", ".weight_v")),
    (".parametrizations.weight.original", (".parametrizations.weight.0._u", ".parametrizations.weight.0._v")),
    (".weight_v", (".weight_g",)),
    (".parametrizations.weight.original1", (".parametrizations.weight.original0",)),
)


def joined(tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray | Reparametrized]:
    """Tensors by name, with one weight in place of its parts; the order stays."""
    weights, parts = {}, set()
    for name, tensor in tensors.items():
        for direction, scale in _FORMS:
            prefix = name.removesuffix(direction)
            names = [prefix + each for each in scale]
            weight = f"{prefix}.weight"
            if prefix != name and weight not in tensors and all(each in tensors for each in names):
                weights[name] = Reparametrized(weight, tensor, tuple(tensors[each] for each in names))
                parts.update(names)
                break
    merged = {
        weights[name].name if name in weights else name: weights.get(name, tensor)
        for name, tensor in tensors.items()
        if name not in parts
    }
    return _without_old_parts(merged)


def _without_old_parts(tensors: dict) -> dict:
    """PyTorch before 1.0 kept the weight as it was last used beside its two parts."""
    for name in [name for name in tensors if name.endswith(".weight_orig")]:
        prefix = name.removesuffix("_orig")
        if prefix in tensors and f"{prefix}_u" in tensors and f"{prefix}_v" not in tensors:
            del tensors[name], tensors[f"{prefix}_u"]
    return tensors
