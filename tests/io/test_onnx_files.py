"""An ONNX model reaches into no other file, however deep a tensor that names one is hidden."""

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from zoo.errors import UserError
from zoo.io import onnx_files
from zoo.io.onnx_files import onnx_fault, read_onnx

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
    made = model()
    made.functions.append(helper.make_function("own", "f", [], ["s"], [constant], []))
    return made


def of_training(tensor: TensorProto) -> onnx.ModelProto:
    made = model()
    made.training_info.add().algorithm.initializer.append(tensor)
    return made


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
def test_weights_in_another_file_are_refused(place: str, tmp_path: Path) -> None:
    """ONNX Runtime would read them, from bytes too: relative to the working folder."""
    path = tmp_path / "model.onnx"
    path.write_bytes(PLACES[place](HERE).SerializeToString())
    assert read_onnx(path) == path.read_bytes()
    for tensor in (elsewhere(), elsewhere("here.bin"), elsewhere("*/_ORT_MEM_ADDR_/*")):
        path.write_bytes(PLACES[place](tensor).SerializeToString())
        with pytest.raises(UserError, match="weights in another file"):
            read_onnx(path)


def test_no_other_reading_of_the_bytes_gets_past() -> None:
    """Field numbers and places that a parser cuts to 32 bits, and the format that is no protobuf."""
    place = bytes([0x70, 0x81, 0x80, 0x80, 0x80, 0x10])  # data_location = 2**32 + 1
    cut_tag = bytes([0xF0, 0x80, 0x80, 0x80, 0x10, 0x01])  # field 14, + 2**32
    for hidden in (place, cut_tag):
        graph = bytes([0x2A, len(hidden)]) + hidden
        assert onnx_fault(bytes([0x3A, len(graph)]) + graph)
    assert onnx_fault(b"\x12\x06xxORTMzz")


def test_depth_and_count_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "deep" in onnx_fault(model((branches(HERE, 25),)).SerializeToString())
    monkeypatch.setattr(onnx_files, "_FIELDS", 5)
    assert "fields" in onnx_fault(model().SerializeToString())


def test_what_is_no_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_onnx(tmp_path)


def test_the_case_from_outside(case: Callable[[str], Path]) -> None:
    with pytest.raises(UserError, match="weights in another file"):
        read_onnx(case("hostile/external_data_etc_passwd.onnx"))


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
    found = []
    for field, value in message.ListFields():
        if field.message_type is not None:
            for each in [value] if isinstance(value, Message) else value:
                found += _tensors(each)
    return found
