"""Reads the configuration in a Keras file into a plan, which alone is built.

Keras' own reading imports the modules that a file names, unwraps values inside values, calls what it
finds by name, and runs the code in a Lambda layer; its ``safe_mode`` stops little of that, and nothing in
HDF5. So nothing of a file gets to it. Every value is taken apart here, by position, into settings (plain
values), calls (which tensors go where) and names on a closed list; modules, initialisers, losses and all
else that only training needs are left behind unread.
"""

from typing import Any

from export.foreign.keras_names import (
    ACTIVATION_LAYERS,
    ACTIVATIONS,
    LAYERS,
    NETWORKS,
    OLD_NAMES,
    OPERATIONS,
    STAND_INS,
    WRAPPERS,
    is_function,
)
from export.foreign.keras_plan import Call, Function, Part, Reference
from export.foreign.keras_values import (
    AGAIN,
    CONSTANT,
    as_dict,
    as_list,
    as_name,
    dtype_of,
    flat,
    is_reference,
    is_tensor,
    is_tuple,
    plain,
    references_in,
    text_of,
)
from zoo.errors import UserError
from zoo.io.limits import TENSORS

WAY_OUT = (
    "write the model as a SavedModel where it was made (model.export(DIRECTORY)), and export that directory"
)
_OF_TRAINING = ("_initializer", "_regularizer", "_constraint")  # ends of settings
_IGNORED = {"name", "trainable", "dtype", "layer", "optional", "build_config", "shared_object_id"}
_CONTRIB = {"name", "trainable", "dtype", "axis", "epsilon", "center", "scale"}
_OF_MANY = {"split", "unstack"}  # functions with several results
_MANY = 4096  # and how many at most
_REFERENCES = 10 * TENSORS


def read_configuration(config: Any) -> Part:
    """The plan of the network that a configuration describes.

    Args:
        config: decoded JSON, no deeper than ``zoo.io.limits.JSON_DEPTH``.

    Raises:
        UserError: it has a Lambda layer or another that is on no list, calls a function that is on none,
            is larger than ``zoo.io.limits`` allow, or is damaged.
    """
    reader = _Reader()
    plan = reader.part(config)
    if reader.unknown:
        names = ", ".join(dict.fromkeys(reader.unknown))
        raise UserError(f"what is not Keras' own cannot be read ({names[:200]}): {WAY_OUT}")
    if plan.kind not in NETWORKS.values():
        raise UserError(f"it holds a {plan.kind}, and no network: save the whole model")
    if _calls(plan) > TENSORS:
        raise UserError(f"its layers call one another more than {TENSORS:,} times, and a model's do less")
    return plan


class _Reader:
    def __init__(self) -> None:
        self.unknown: list[str] = []
        self._parts = self._references = 0

    # Layers and networks.

    def part(self, entry: Any) -> Part:
        self._parts += 1
        if self._parts > TENSORS:
            raise UserError(f"it has more than {TENSORS:,} layers, and a model has fewer")
        class_name, config = text_of(as_dict(entry), "class_name"), entry.get("config")
        if class_name in NETWORKS:
            return self._network(NETWORKS[class_name], entry, config)
        config = as_dict(config)
        name = as_name(entry.get("name", config.get("name", class_name)))
        kind = self._kind(class_name, entry.get("registered_name"), config, name)
        settings = {} if kind is None else self._settings(kind, name, config)
        inner = (self._wrapped(config),) if kind in WRAPPERS else ()
        calls = self._calls(entry)
        if kind in OPERATIONS and config["function"].rpartition(".")[2] in _OF_MANY:
            _demand_few(calls, name)
        return Part(kind or class_name, name, settings, config.get("trainable") is not False, calls, inner)

    def _network(self, kind: str, entry: dict[str, Any], config: Any) -> Part:
        if kind == "Sequential" and isinstance(config, list):  # before Keras 2.2.3
            config = {"layers": config}
        config = as_dict(config)
        name = as_name(entry.get("name", config.get("name", kind.lower())))
        parts = tuple(self.part(each) for each in as_list(config.get("layers")))
        names = {part.name for part in parts}
        if len(names) < len(parts):
            raise UserError(f"two of its layers have one name: {AGAIN}")
        calls = self._calls(entry)
        if kind == "Sequential":
            shape = config.get(
                "build_input_shape", as_dict(entry.get("build_config") or {}).get("input_shape")
            )
            return Part(kind, name, {"build_input_shape": plain(shape)}, calls=calls, parts=parts)
        ends = [self._argument(config.get(f"{end}_layers")) for end in ("input", "output")]
        used = [each for part in parts for call in part.calls for each in references_in(call)]
        for reference in [*used, *references_in(ends)]:
            if reference.layer not in names:
                raise UserError(f"it names a layer {reference.layer!r} that it does not have: {AGAIN}")
        for end in ends:
            if not references_in(end) or any(
                each is not None for each in flat(end) if not is_reference(each)
            ):
                raise UserError(f"it does not say what goes in or comes out: {AGAIN}")
        return Part(kind, name, {}, calls=calls, parts=parts, inputs=ends[0], outputs=ends[1])

    def _kind(self, name: str, registered: Any, config: dict[str, Any], title: str) -> str | None:
        """The name on our lists of a layer; None where it is on none."""
        if name == "Lambda":
            raise UserError(
                f"its layer {title!r} is a Lambda, whose code is not executed: replace it by a layer of "
                f"Keras, or {WAY_OUT}"
            )
        if name in OPERATIONS:
            function = text_of(config, "function")
            if not is_function(function):
                raise UserError(
                    f"it calls tf.{function}, which is not known to be of tensors alone: {WAY_OUT}"
                )
            return name
        name = OLD_NAMES.get(name, name)
        registered = registered if isinstance(registered, str) else name
        known = {key for key in config if not key.endswith(_OF_TRAINING)}
        if registered in STAND_INS:
            return registered
        if name == "GroupNormalization":  # Keras' own ties the graph to one size
            return "Addons>GroupNormalization"
        if name.rpartition(">")[2] == "InstanceNormalization" and "axis" in known <= _CONTRIB:
            return "Contrib>InstanceNormalization"
        if name in LAYERS or name in WRAPPERS:
            return name
        self.unknown.append(f"{name[:60]} {title!r}" if title != name else name[:60])
        return None

    def _settings(self, kind: str, title: str, config: dict[str, Any]) -> dict[str, Any]:
        if kind in OPERATIONS:
            return {"function": config["function"], "dtype": dtype_of(config.get("dtype"))}
        settings: dict[str, Any] = {}
        for key, value in config.items():
            if key in _IGNORED:
                continue
            if key.endswith(_OF_TRAINING):  # the weights lie in the file
                settings[key] = "zeros" if key.endswith(_OF_TRAINING[0]) else None
            elif key == "activation":
                settings[key] = self._activation(value)
            else:
                try:
                    settings[key] = plain(value)
                except UserError:
                    raise UserError(f"its layer {title!r} has a {key[:60]!r} that is not known") from None
        return {**settings, "dtype": dtype_of(config.get("dtype"))}

    def _activation(self, value: Any) -> Function | Part | None:
        if isinstance(value, dict):
            name, registered = text_of(value, "class_name"), value.get("registered_name")
            if name in ACTIVATION_LAYERS:
                return self.part(value)
            addons = isinstance(registered, str) and registered.startswith("Addons>")
            value = (registered if addons else value.get("config")) if name == "function" else name
        if value is None:
            return None
        if not isinstance(value, str) or value not in ACTIVATIONS:
            self.unknown.append(f"function {str(value)[:60]!r}")
            return None
        return Function(value)

    def _wrapped(self, config: dict[str, Any]) -> Part:
        part = self.part(config.get("layer"))
        if part.kind in NETWORKS.values() or part.kind in WRAPPERS or part.calls:
            raise UserError(f"its layer {part.name!r} is a wrapper of more than a layer: {WAY_OUT}")
        return part

    # Which tensors go where.

    def _calls(self, entry: dict[str, Any]) -> tuple[Call, ...]:
        return tuple(self._call(node) for node in as_list(entry.get("inbound_nodes") or []))

    def _call(self, node: Any) -> Call:
        arguments: dict[str, Any] = {}

        def taken(value: Any) -> Any:
            nonlocal arguments
            if is_tensor(value):
                # Each tensor has the arguments of the whole call beside it.
                arguments = as_dict(value[3]) if len(value) == 4 else {}
                return self._argument(value[2] if value[0] == CONSTANT else value[:3])
            if isinstance(value, list):
                return [taken(each) for each in value]
            if is_tuple(value):
                return tuple(taken(each) for each in as_list(value.get("items")))
            if isinstance(value, dict) and "class_name" not in value:
                return {key: taken(each) for key, each in value.items()}
            raise UserError(f"a call of a layer is damaged: {AGAIN}")

        inputs = taken(node)
        training = arguments.get("training")
        if not (training is None or training in (True, False)):
            raise UserError(f"a layer is called with training={training!r:.60}, which is decided as it runs")
        call = Call(
            inputs,
            {as_name(key): self._argument(value) for key, value in arguments.items() if key != "training"},
            None if training is None else bool(training),
        )
        if not references_in(call):  # it would run while the file is read
            raise UserError(
                "a layer is called with no tensor (Keras loses those of tf.einsum as it saves): " + WAY_OUT
            )
        return call

    def _argument(self, value: Any) -> Any:
        """A tensor, a plain value, or a list or dictionary of these."""
        if is_tensor(value) and value[0] != CONSTANT:
            self._references += 1
            if self._references > _REFERENCES:
                raise UserError(f"it has more than {_REFERENCES:,} connections, and a model has fewer")
            layer, node, tensor = value[:3]
            if not (0 <= node < TENSORS and 0 <= tensor < TENSORS):
                raise UserError(f"it takes a tensor that no layer makes: {AGAIN}")
            return Reference(layer, node, tensor)
        if isinstance(value, list):
            return [self._argument(each) for each in value]
        if is_tuple(value):
            return tuple(self._argument(each) for each in as_list(value.get("items")))
        if isinstance(value, dict) and "class_name" not in value:
            return {key: self._argument(each) for key, each in value.items()}
        return plain(value)


def _demand_few(calls: tuple[Call, ...], name: str) -> None:
    """Refuse a function whose arguments ask for a great many tensors."""
    for value in flat([[call.inputs, call.arguments] for call in calls]):
        if isinstance(value, int) and value > _MANY:
            raise UserError(f"its layer {name!r} makes {value:,} tensors; at most {_MANY:,} are allowed")


def _calls(part: Part, times: int = 1) -> int:
    """How many layers are called where a network is called so often, with those of networks in it."""
    if not part.parts or part.kind in WRAPPERS:
        return times
    total = times
    for each in part.parts:
        total += _calls(each, times * max(1, len(each.calls)))
        if total > TENSORS:
            break
    return total
