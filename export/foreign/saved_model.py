"""Reads one signature of a SavedModel. A SavedModel is a program: loading and using it runs it."""

from pathlib import Path
from typing import Any

from export.foreign.network import Network, Tensor
from zoo.backend import tf
from zoo.errors import UserError
from zoo.io.limits import MODEL_BYTES

FILE = "saved_model.pb"


def load_saved_model(directory: Path, signature: str | None = None) -> Network:
    """Load a SavedModel and take one of its signatures.

    Args:
        directory: with ``saved_model.pb``.
        signature: its name; needed where there are several.

    Raises:
        UserError: the files are damaged; it has no signatures, or several and none is named; the
            signature does more than compute.
    """
    graph = _read_graph(directory / FILE)
    name = _chosen(directory, graph, signature)
    try:
        with tf.device("CPU:0"):
            loaded = tf.saved_model.load(str(directory))
        function = loaded.signatures[name]
    except Exception as error:  # whatever TensorFlow raises for what it cannot use
        raise _unreadable(directory, error) from error
    changed = sorted({op for op in _operations(function) if op.startswith("Assign")})
    if changed:
        raise UserError(
            f"{directory}: its signature {name!r} changes variables ({', '.join(changed)}): save the model "
            "as a Keras file instead (model.save), or for inference"
        )
    inputs = function.structured_input_signature[1]
    outputs = function.structured_outputs

    def call(tensors: Any) -> list[tf.Tensor]:
        results = function(**dict(zip(inputs, tensors, strict=True)))
        # Kept alive: a signature does not hold the variables of what it was loaded from.
        assert loaded is not None
        return [results[each] for each in outputs]

    averages = any("moving_mean" in variable.name for variable in function.variables)
    return Network(
        call=call,
        inputs=tuple(Tensor.of(each, spec) for each, spec in inputs.items()),
        outputs=tuple(Tensor.of(each, spec) for each, spec in outputs.items()),
        variables=function.variables,
        statistics="moving" if averages else "image",
        provenance={"file": f"{directory.name}/{FILE}", "made_with": _version(graph), "signature": name},
        is_program=True,
    )


def _read_graph(path: Path) -> Any:
    """The one MetaGraphDef for serving."""
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    try:
        size = path.stat().st_size
        if size > MODEL_BYTES:
            raise UserError(f"{path} has {size:,} bytes, and {MODEL_BYTES:,} are read at most")
        program = SavedModel.FromString(path.read_bytes())
    except (OSError, DecodeError) as error:
        raise _unreadable(path, error) from error
    graphs = [graph for graph in program.meta_graphs if "serve" in graph.meta_info_def.tags]
    if len(graphs) != 1:
        raise UserError(
            f"{path} has {len(graphs)} graphs with the tag 'serve' where one is needed: save it again"
        )
    return graphs[0]


def _chosen(directory: Path, graph: Any, signature: str | None) -> str:
    names = sorted(name for name in graph.signature_def if not name.startswith("__"))
    if signature is not None and signature not in names:
        raise UserError(f"`signature` {signature}: {directory} has {', '.join(names) or 'none'}")
    if not names:
        raise UserError(
            f"{directory} has no signature: save it with one (model.export(DIRECTORY), or "
            "tf.saved_model.save with signatures=)"
        )
    if signature is None and len({_computed(graph, name) for name in names}) > 1:
        raise UserError(
            f"{directory} has several signatures: name one, such as `signature` {' or '.join(names)}"
        )
    return signature or ("serving_default" if "serving_default" in names else names[0])


def _computed(graph: Any, signature: str) -> str:
    """Name of the function that a signature calls: Keras' export writes one function under two names."""
    (output, *_) = graph.signature_def[signature].outputs.values()
    calls = {node.name: node.attr["f"].func.name for node in graph.graph_def.node if "f" in node.attr}
    wrapper = calls.get(output.name.partition(":")[0], signature)
    bodies = {body.signature.name: body.node_def for body in graph.graph_def.library.function}
    called = [node.attr["f"].func.name for node in bodies.get(wrapper, ()) if "f" in node.attr]
    return called[0] if len(called) == 1 else wrapper


def _operations(function: Any) -> set[str]:
    """Kinds of all nodes that a function may run."""
    graph = function.graph.as_graph_def()
    bodies = {body.signature.name: body.node_def for body in graph.library.function}
    return {node.op for nodes in (graph.node, *bodies.values()) for node in nodes}


def _version(graph: Any) -> str:
    return f"TensorFlow {graph.meta_info_def.tensorflow_version}"


def _unreadable(path: Path, error: Exception) -> UserError:
    reason = " ".join(str(error).split())[:200]
    return UserError(
        f"{path} cannot be read ({type(error).__name__}: {reason}): copy it again, or save it again"
    )
