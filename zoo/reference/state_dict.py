"""Reads the tensors in a file of PyTorch's without executing what its pickle says and without PyTorch."""

import math
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import UserError
from zoo.io.limits import JSON_DEPTH, MIB, NAME_CHARACTERS, TENSORS
from zoo.io.text import printable
from zoo.reference.containers import NOT_WHOLE, Numbers, open_container
from zoo.reference.pickled_objects import Name, Opaque, Tensor, not_executed

_ENTRIES = 5 * TENSORS  # with those of optimisers and options
_NAME = 2 * NAME_CHARACTERS  # of the dictionaries around a tensor, and its own
_SHARED = 4  # how often a number may be used, on average: tied weights are


@dataclass(frozen=True)
class TensorFile:
    """What a file of PyTorch's holds.

    Attributes:
        tensors: by name, in the file's order and dtypes (bfloat16 as float32); those in dictionaries
            and lists have their names before theirs, {"a": {"w": …}} as "a.w". Read-only views.
        others: what lies beside the tensors, by name: options, counters, objects that were not made.
    """

    tensors: dict[str, np.ndarray]
    others: dict[str, Any]


def read_state_dict(path: Path) -> dict[str, np.ndarray]:
    """``read_tensors(path).tensors``."""
    return read_tensors(path).tensors


def read_tensors(path: Path) -> TensorFile:
    """Read every tensor of a file that ``torch.save`` wrote, in its present format or the one before 1.6.

    Raises:
        UserError: it is missing, no such file (saying what it is), damaged, larger than
            ``zoo.io.limits`` allow, or has no tensors; naming the file and the way out.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            root, numbers = open_container(file, path.name)
            return _gathered(root, numbers)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); name a file that can be") from None
    # What zipfile raises of damaged members beside its own.
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError, KeyError):
        raise UserError(
            f"{path}: {NOT_WHOLE} (a ZIP archive that is cut off or altered); copy it again, or save it "
            "again with torch.save"
        ) from None
    except UserError as error:
        raise UserError(f"{path}: {error}") from None


def _gathered(root: Any, numbers: Numbers) -> TensorFile:
    if isinstance(root, Opaque | Name):
        raise UserError(not_executed(getattr(root, "what", root), getattr(root, "has_state", False)))
    tensors, others = {}, {}
    for name, value in _leaves({"": root} if isinstance(root, Tensor) else root):
        (tensors if isinstance(value, Tensor) else others)[name] = value
    if not tensors and any(name.startswith("param_groups.") for name in others):
        raise UserError("is an optimiser's state, which has no network in it: give the file of the network")
    if not tensors:
        strange = next((each.what for each in others.values() if isinstance(each, Opaque)), None)
        if strange is not None:
            raise UserError(not_executed(strange))
        raise UserError("not a state dict of tensors; save it with torch.save(network.state_dict(), path)")
    used = sum(math.prod(each.shape) for each in tensors.values())
    if used > max(_SHARED * sum(storage.count for storage in {t.storage for t in tensors.values()}), MIB):
        raise UserError(
            "its tensors share their numbers, so that few stand for many: save the network's again"
        )
    return TensorFile({name: _array(each, numbers) for name, each in tensors.items()}, others)


def _leaves(root: Any) -> Iterator[tuple[str, Any]]:
    """What is neither dictionary nor list, with its name; parts that are shared come each time."""
    pending: list[tuple[str, int, Any]] = [("", 0, root)]
    seen = 0
    while pending:
        name, depth, value = pending.pop()
        if not isinstance(value, dict | list | tuple):
            yield name, value
            continue
        # A few shared dictionaries may stand for millions, and one may hold itself.
        seen += len(value)
        if seen > _ENTRIES or depth == JSON_DEPTH:
            raise UserError(
                f"not a state dict of tensors: it has more than {_ENTRIES:,} entries, or is nested more than "
                f"{JSON_DEPTH} deep"
            )
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        pending += [(_joined(name, each), depth + 1, part) for each, part in reversed(list(inner))]


def _joined(name: str, inner: Any) -> str:
    joined = f"{name}.{inner}" if name else str(inner)
    if len(joined) > _NAME or printable(joined) != joined:
        raise UserError(
            f"a name in it has control characters or more than {_NAME} others: {printable(joined[:60])} …; "
            "copy the file again"
        )
    return joined


def _array(tensor: Tensor, numbers: Numbers) -> np.ndarray:
    array = numbers(tensor.storage)
    strides = [step * array.itemsize for step in tensor.strides]
    # It lies inside its storage, as ``zoo.reference.pickled_objects`` has checked.
    view = np.lib.stride_tricks.as_strided(array[tensor.offset :], tensor.shape, strides, writeable=False)
    if tensor.storage.bfloat16:  # the upper half of a float32
        return (view.astype(np.uint32) << 16).view(np.float32)
    return view
