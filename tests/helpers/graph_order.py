"""Which reads of a variable race with a write to it, in the graph that TensorFlow really runs."""

from collections import defaultdict
from typing import Any

from tensorflow.python.eager import context
from tensorflow.python.grappler import tf_optimizer
from tensorflow.python.training.saver import export_meta_graph

from zoo.backend import tf

READS = {"ReadVariableOp", "ResourceGather"}
NEITHER = {"VariableShape", "VarIsInitializedOp", "Identity", "NoOp"}


def races(function: Any) -> list[tuple[str, str]]:
    """(read, write) of one variable that no path orders, in a concrete function as Grappler leaves it.

    The function must be without conditions.
    """
    graph = function.graph
    meta = export_meta_graph(graph_def=graph.as_graph_def(), graph=graph)
    kept = meta.collection_def["train_op"].node_list.value
    kept.extend(output.name for output in function.outputs)
    kept.extend(operation.name for operation in graph.control_outputs)
    kept.extend(tensor.name for tensor in function.inputs)
    optimized = tf_optimizer.OptimizeGraph(context.context().config, meta)
    followers, users = defaultdict(set), defaultdict(set)
    variables = defaultdict(lambda: ([], []))
    resources = {tensor.op.name for tensor in function.inputs if tensor.dtype == tf.resource}
    for node in optimized.node:
        for given in node.input:
            followers[_node(given)].add(node.name)
            if not given.startswith("^"):
                users[given.split(":")[0]].add(node.name)
        for variable in set(map(_node, node.input)) & resources:
            if node.op not in NEITHER:
                variables[variable][node.op not in READS].append(node.name)
    kept_nodes = {_node(name) for name in kept} | {
        write for _, writes in variables.values() for write in writes
    }
    return [
        (read, write)
        for reads, writes in variables.values()
        for write in writes
        for after in [_all_after(write, followers)]
        for read in reads
        if _all_after(read, users) & kept_nodes
        and read not in after
        and write not in _all_after(read, followers)
    ]


def _node(given: str) -> str:
    return given.lstrip("^").split(":")[0]


def _all_after(name: str, followers: dict[str, set[str]]) -> set[str]:
    reached, waiting = set(), [name]
    while waiting:
        new = followers[waiting.pop()] - reached
        reached |= new
        waiting.extend(new)
    return reached
