"""An ONNX model reaches into no other file, however deep a tensor that names one is hidden."""

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from zoo.io import onnx_files
from zoo.io.onnx_files import onnx_fault

HERE = helper.make_tensor("s", TensorProto.UINT8, [4], b"abcd", raw=True)


def elsewhere(location: str = "/etc/passwd") -> TensorProto:
    tensor = TensorProto(name="s", data_type=TensorProto.UINT8, dims=[4], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    return tensor


def model(nodes: tuple = (), tensors: tuple = (), sparse: tuple = ()) -> onnx.ModelProto:
    picture = helper.make_tensor_value_info("y", TensorProto.UINT8, [4])
    nodes = (*nodes, helper.make_node("Identity", ["s"], ["y"]))
    graph = helper.make_graph(nodes, "g", [], [picture], tensors, sparse_initializer=sparse)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def branches(tensor: TensorProto, depth: int = 1) -> onnx.NodeProto:
    tensors, nodes = ([tensor], []) if depth == 1 else ([], [branches(tensor, depth - 1)])
    graph = helper.make_graph(nodes, "branch", [], [], tensors)
    return helper.make_node("If", ["c"], ["s"], then_branch=graph)


def of_function(tensor: TensorProto) -> onnx.ModelProto:
    constant = helper.make_node("Constant", [], ["s"], value=tensor)
    with_function = model()
    with_function.functions.append(helper.make_function("own", "f", [], ["s"], [constant], []))
    return with_function


def of_training(tensor: TensorProto) -> onnx.ModelProto:
    with_training = model()
    with_training.training_info.add().algorithm.initializer.append(tensor)
    return with_training


def listed(tensor: TensorProto) -> onnx.ModelProto:
    return model((helper.make_node("Own", [], ["s"], domain="own", each=[tensor, HERE]),))


PLACES: dict[str, Callable[[TensorProto], onnx.ModelProto]] = {
    "initializer": lambda tensor: model(tensors=(tensor,)),
    "sparse": lambda tensor: model(sparse=(helper.make_sparse_tensor(HERE, tensor, [4]),)),
    "constant": lambda tensor: model((helper.make_node("Constant", [], ["s"], value=tensor),)),
    "list": listed,
    "branch": lambda tensor: model((branches(tensor),)),
    "branch of a branch": lambda tensor: model((branches(tensor, 3),)),
    "function": of_function,
    "training": of_training,
}


@pytest.mark.parametrize("place", PLACES)
def test_weights_in_another_file_are_refused(place: str) -> None:
    """ONNX Runtime would read them, from bytes too: relative to the working folder."""
    assert onnx_fault(PLACES[place](HERE).SerializeToString()) == ""
    for tensor in (elsewhere(), elsewhere("here.bin"), elsewhere("*/_ORT_MEM_ADDR_/*")):
        assert onnx_fault(PLACES[place](tensor).SerializeToString()) == "has weights in another file"


def test_no_other_reading_of_the_bytes_gets_past() -> None:
    """Field numbers and places that a parser cuts to 32 bits, and the format that is no protobuf."""
    place = bytes([0x70, 0x81, 0x80, 0x80, 0x80, 0x10])  # data_location = 2**32 + 1
    cut_tag = bytes([0xF0, 0x80, 0x80, 0x80, 0x10, 0x01])  # field 14, + 2**32
    for hidden in (place, cut_tag):
        graph = bytes([0x2A, len(hidden)]) + hidden
        assert onnx_fault(bytes([0x3A, len(graph)]) + graph)
    assert onnx_fault(b"\x12\x06xxORTMzz")
    for noise in (b"\xff" * 20, b"\x3a\x7f\x00", b"\x0b", b"\x00\x80", model().SerializeToString()[:-1]):
        assert onnx_fault(noise) == "is damaged, or no ONNX"


def test_no_message_with_tensors_is_left_out() -> None:
    """The table of ONNX's messages against ONNX's own description of them."""
    names = {
        "model": "ModelProto", "training": "TrainingInfoProto", "function": "FunctionProto",
        "graph": "GraphProto", "node": "NodeProto", "attribute": "AttributeProto",
        "sparse": "SparseTensorProto", "tensor": "TensorProto",
    }  # fmt: skip
    kinds = {name: kind for kind, name in names.items()}
    assert onnx_files._INNER.keys() == names.keys()
    for kind, fields in onnx_files._INNER.items():
        assert fields == {
            each.number: kinds[each.message_type.name]
            for each in getattr(onnx, names[kind]).DESCRIPTOR.fields
            if each.message_type is not None and each.message_type.name in kinds
        }
    tensor = onnx.TensorProto.DESCRIPTOR.fields_by_name
    assert tensor["external_data"].number == onnx_files._EXTERNAL_DATA
    assert tensor["data_location"].number == onnx_files._DATA_LOCATION


def test_depth_and_count_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "deep" in onnx_fault(model((branches(HERE, 25),)).SerializeToString())
    monkeypatch.setattr(onnx_files, "_FIELDS", 5)
    assert "fields" in onnx_fault(model().SerializeToString())


def test_the_case_from_outside(case: Callable[[str], Path]) -> None:
    content = case("hostile/external_data_etc_passwd.onnx").read_bytes()
    assert onnx_fault(content) == "has weights in another file"


@pytest.mark.fuzz
@settings(settings.get_profile("fuzz"))
@given(st.data())
def test_damaged_files_are_found_or_hold_no_name(data: st.DataObject) -> None:
    """Where onnx itself still reads a mutated model, both agree on whether it names a file."""
    place = data.draw(st.sampled_from([*PLACES]))
    content = bytearray(PLACES[place](data.draw(st.sampled_from([HERE, elsewhere()]))).SerializeToString())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    fault = onnx_fault(bytes(content))
    try:
        read = onnx.ModelProto.FromString(bytes(content))
    except Exception:  # protobuf's own, which is no name of the library's surface
        return
    if any(tensor.external_data for tensor in _tensors(read)):
        assert fault


def _tensors(message: object) -> list[TensorProto]:
    """Every tensor in a message, wherever it is."""
    if isinstance(message, TensorProto):
        return [message]
    tensors = []
    for field, value in message.ListFields():
        if field.message_type is not None:
            for each in [value] if isinstance(value, Message) else value:
                tensors += _tensors(each)
    return tensors
