"""What a Keras file says becomes a plan of listed names and plain values, or it is refused."""

import copy
import sys
from typing import Any

import pytest
from keras_configurations import called, good, layer, network, picture

from export.foreign.keras_configuration import read_configuration
from export.foreign.keras_plan import Call, Function, Part, Reference
from zoo.errors import UserError

SYSTEM = {"class_name": "function", "config": "system", "module": "os", "registered_name": "system"}
CODE = {"class_name": "__lambda__", "config": {"value": "4wEA"}}
PASSIVE = {"class_name": "X", "config": {}, "__passive_serialization__": True}
TYPE = {"class_name": "__typespec__", "spec_name": "os"}
A_LAMBDA = layer("Lambda", "code")
INSIDE = network(picture(), layer("Lambda", "code", "photo"))
INSIDE |= {"name": "x", "inbound_nodes": called("photo")}
NO_TENSOR = [["_CONSTANT_VALUE", -1, [9, 9], {}]]

ATTACKS: dict[str, tuple[Any, str]] = {
    "a Lambda": (layer("Lambda", "code", "photo", function=["4wEA", None, None]), "'code' is a Lambda"),
    "a SavedModel": (layer("TFSMLayer", "x", "photo", filepath="/x"), "TFSMLayer 'x'"),
    "a file": (layer("StringLookup", "x", "photo", vocabulary="/etc/passwd"), "StringLookup"),
    "a file, too": (layer("TextVectorization", "x", "photo", vocabulary="/x"), "TextVectorization"),
    "a module": ({**layer("Popen", "x", "photo"), "module": "antigravity"}, "Popen"),
    "a name with a package": (layer("os>system", "x", "photo"), "os>system"),
    "a registered name": ({**layer("Mine", "x", "photo"), "registered_name": "os>system"}, "Mine"),
    "a node of a graph": (layer("TensorFlowOpLayer", "x", "photo", node_def="..."), "TensorFlowOpLayer"),
    "a method": (layer("ClassMethod", "x", "photo", cls_symbol="io.gfile.GFile"), "ClassMethod"),
    "a writing function": (layer("TFOpLambda", "x", "photo", function="io.write_file"), "tf.io.write_file"),
    "that reads": (layer("TFOpLambda", "x", "photo", function="image.decode_image"), "decode_image"),
    "of the first version": (layer("TFOpLambda", "x", "photo", function="compat.v1.py_func"), "py_func"),
    "by two prefixes": (layer("TFOpLambda", "x", "photo", function="compat.v1.compat.v1.abs"), "v1.abs"),
    "an activation": (layer("Activation", "x", "photo", activation="eval"), "function 'eval'"),
    "an activation of a module": (layer("Activation", "x", "photo", activation=SYSTEM), "function 'system'"),
    "an activation of code": (layer("Activation", "x", "photo", activation=CODE), "__lambda__"),
    "an activation that is a layer": (layer("Conv2D", "x", "photo", activation=A_LAMBDA), "'Lambda'"),
    "inside a wrapper": (layer("SpectralNormalization", "x", "photo", layer=A_LAMBDA), "'code' is a Lambda"),
    "inside a wrapper of time": (layer("TimeDistributed", "x", "photo", layer=A_LAMBDA), "TimeDistributed"),
    "inside a network": (INSIDE, "'code' is a Lambda"),
    "as a setting": (layer("Conv2D", "x", "photo", filters=A_LAMBDA), "'filters'"),
    "passively": (layer("Conv2D", "x", "photo", name_of=PASSIVE), "'name_of'"),
    "a type": (layer("Reshape", "x", "photo", target_shape=TYPE), "'target_shape'"),
    "no tensor": (
        {**layer("TFOpLambda", "x", function="zeros"), "inbound_nodes": NO_TENSOR},
        "called with no tensor",
    ),
    "a million tensors": (
        {
            **layer("TFOpLambda", "x", function="split"),
            "inbound_nodes": [["photo", 0, 0, {"num_or_size_splits": 10**6, "axis": 1}]],
        },
        "makes 1,000,000 tensors",
    ),
    "training as it runs": (
        {**layer("Dropout", "x"), "inbound_nodes": called("photo", training=["photo", 0, 0])},
        "training=",
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_on_no_list_is_refused(attack: str) -> None:
    """Keras' safe mode imports any module that a .keras file names, and is ignored for HDF5."""
    entry, named = ATTACKS[attack]
    with pytest.raises(UserError, match=named):
        read_configuration(network(picture(), entry))
    assert "antigravity" not in sys.modules


@pytest.mark.parametrize("where", ["layers", "layer", "config", "nodes", "whole"])
def test_what_keras_unwraps_later_hides_nothing(where: str) -> None:
    """A tuple in JSON's clothes passed unread, and Keras unwrapped it: so a file could write any file."""
    evil = layer("TFOpLambda", "t", function="io.write_file")
    evil["inbound_nodes"] = [["_CONSTANT_VALUE", -1, "./written", {"contents": "by a Keras file"}]]
    config = good()
    inside = config["config"]["layers"]
    if where == "layers":
        config["config"]["layers"] = {"class_name": "__tuple__", "items": [*inside, evil]}
    elif where == "layer":
        inside.append({"class_name": "__tuple__", "items": [evil]})
    elif where == "config":
        inside[2]["config"] = {"class_name": "__tuple__", "items": [evil]}
    elif where == "nodes":
        inside[2]["inbound_nodes"] = {"class_name": "__tuple__", "items": [evil]}
    else:
        config = {"class_name": "__tuple__", "items": [config, evil]}
    with pytest.raises(UserError):
        read_configuration(config)


def test_a_plan_has_what_is_needed_after_training_and_no_more() -> None:
    plan = read_configuration(good())
    _, padded, conv, inner, last = plan.parts
    assert padded.settings == {"function": "compat.v1.pad", "dtype": "float32"}
    assert padded.calls[0].inputs == Reference("photo", 0, 0)
    assert padded.calls[0].arguments["mode"] == "REFLECT"
    assert conv.settings["kernel_size"] == (3, 3)
    assert (conv.settings["kernel_initializer"], conv.settings["kernel_regularizer"]) == ("zeros", None)
    assert conv.settings["dtype"] == "float32", "trained in mixed precision"
    assert isinstance(conv.settings["activation"], Part)
    assert last.settings["activation"] == Function("tanh")
    assert inner.calls == (Call([Reference("conv", 0, 0)], {}, training=True),)
    assert {part.kind for part in plan.walk()} == {
        "Functional", "InputLayer", "TFOpLambda", "Conv2D", "Sequential", "BatchNormalization", "Activation",
    }  # fmt: skip


def test_all_that_is_unknown_is_named() -> None:
    mine, yours = layer("Mine", "a", "photo"), layer("Yours", "b", "a")
    with pytest.raises(UserError, match=r"Mine 'a', Yours 'b', function 'ours'\): write the model as"):
        read_configuration(network(picture(), mine, yours, layer("Activation", "c", "b", activation="ours")))


def test_a_configuration_that_unfolds_is_refused() -> None:
    """Each network calls the one inside it ten times: ten kilobytes are a hundred thousand layers."""
    net = network(picture(), layer("ReLU", "made", "photo"))
    for _ in range(5):
        inner = {**copy.deepcopy(net), "name": "inner", "inbound_nodes": called("photo") * 10}
        net = network(picture(), inner, layer("ReLU", "made", "inner"))
    with pytest.raises(UserError, match="call one another"):
        read_configuration(net)


DAMAGES: dict[str, Any] = {
    "no name": lambda net: net["layers"][1].update(name=""),
    "a long name": lambda net: net["layers"][1].update(name="x" * 300),
    "one name twice": lambda net: net["layers"][2].update(name="tf.pad"),
    "a layer that is not there": lambda net: net["layers"][2].update(inbound_nodes=called("absent")),
    "a call of no tensors": lambda net: net["layers"][2].update(inbound_nodes=[[]]),
    "a negative call": lambda net: net["layers"][2]["inbound_nodes"][0][0].__setitem__(1, -1),
    "no end": lambda net: net.pop("output_layers"),
    "an empty end": lambda net: net.update(output_layers=[]),
    "a large number": lambda net: net["layers"][2]["config"].update(filters=10**30),
    "a strange dtype": lambda net: net["layers"][2]["config"].update(dtype="variant"),
    "no configuration": lambda net: net["layers"][2].update(config="touch x"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damages_are_one_line(damage: str) -> None:
    config = good()
    DAMAGES[damage](config["config"])
    with pytest.raises(UserError) as error:
        read_configuration(config)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("value", [None, 3, "text", [], {}, {"class_name": 3}, layer("ReLU", "x")])
def test_what_is_not_a_network_is_refused(value: Any) -> None:
    with pytest.raises(UserError):
        read_configuration(value)
