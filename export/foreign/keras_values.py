"""Values of a Keras file's configuration, taken apart: nothing but plain values gets through."""

from typing import Any

from export.foreign.keras_names import DTYPES
from export.foreign.keras_plan import Call, Reference
from zoo.errors import UserError
from zoo.io.limits import NAME_CHARACTERS

AGAIN = "save the model again"
_DAMAGED = f"no configuration of a model, or a damaged one: {AGAIN}"
CONSTANT = "_CONSTANT_VALUE"  # in place of a layer's name, before a value
_LARGEST = 1 << 63


def plain(value: Any) -> Any:
    """A value without objects in it: what Keras wraps is unwrapped if it is plain, else refused."""
    if value is None or isinstance(value, bool | str | float):
        return value
    if isinstance(value, int):
        if not -_LARGEST <= value < _LARGEST:
            raise UserError(f"a number in it has more than 64 bits: {AGAIN}")
        return value
    if isinstance(value, list):
        return [plain(each) for each in value]
    kind = as_dict(value).get("class_name")
    if value.get("type") == "ndarray" and "value" in value:  # before Keras 2.3
        return plain(value["value"])
    if kind in ("__tuple__", "TensorShape"):
        return tuple(plain(each) for each in as_list(value.get("items")))
    if kind in ("__numpy__", "__tensor__"):
        return plain(as_dict(value.get("config")).get("value"))
    if kind == "__ellipsis__":
        return ...
    raise UserError(f"a value in it is not known ({str(kind)[:60]!r}): {AGAIN}")


def dtype_of(value: Any) -> str:
    """The dtype of a layer: float32 where it was trained in mixed precision."""
    if isinstance(value, dict):  # a policy
        value = as_dict(value.get("config")).get("name")
    if value is None or (isinstance(value, str) and value.startswith("mixed_")):
        return "float32"
    if not isinstance(value, str) or value not in DTYPES:
        raise UserError(f"a layer computes in {value!r:.60}, which is not known: {AGAIN}")
    return value


def is_tensor(value: Any) -> bool:
    """Whether a list says [layer, node, tensor] or [layer, node, tensor, arguments]."""
    return (
        isinstance(value, list)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and type(value[1]) is int
        and (type(value[2]) is int or value[0] == CONSTANT)
    )


def is_tuple(value: Any) -> bool:
    """Whether it is how Keras writes a tuple."""
    return isinstance(value, dict) and value.get("class_name") == "__tuple__"


def is_reference(value: Any) -> bool:
    """Whether it is a tensor of the plan."""
    return isinstance(value, Reference)


def references_in(value: Any) -> list[Reference]:
    """The tensors in a call, or in lists and dictionaries."""
    if isinstance(value, Call):
        value = [value.inputs, value.arguments]
    return [each for each in flat(value) if is_reference(each)]


def flat(value: Any) -> list[Any]:
    """The leaves of lists, tuples and dictionaries."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list | tuple):
        return [value]
    return [inner for each in value for inner in flat(each)]


def as_dict(value: Any) -> dict[str, Any]:
    """The value, which must be a dictionary."""
    if not isinstance(value, dict):
        raise UserError(_DAMAGED)
    return value


def as_list(value: Any) -> list[Any]:
    """The value, which must be a list."""
    if not isinstance(value, list):
        raise UserError(_DAMAGED)
    return value


def text_of(value: dict[str, Any], key: str) -> str:
    """The text under a key."""
    if not isinstance(value.get(key), str):
        raise UserError(_DAMAGED)
    return value[key]


def as_name(value: Any) -> str:
    """The value, which must be a name."""
    if not isinstance(value, str) or not 0 < len(value) <= NAME_CHARACTERS:
        raise UserError(f"a name in it is not text of up to {NAME_CHARACTERS} characters: {AGAIN}")
    return value
