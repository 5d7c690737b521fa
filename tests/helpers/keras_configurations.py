"""Configurations as Keras files have them, written by hand."""

from typing import Any


def called(*names: str, **arguments: Any) -> list:
    """One call of a layer on the results of others."""
    return [[[name, 0, 0, arguments] for name in names]]


def layer(kind: str, name: str, *of: str, **settings: Any) -> dict[str, Any]:
    """A layer of an HDF5 file, called once."""
    nodes = called(*of) if of else []
    return {"class_name": kind, "name": name, "config": {"name": name, **settings}, "inbound_nodes": nodes}


def network(*layers: dict[str, Any]) -> dict[str, Any]:
    """A functional model from its first layer to its last."""
    ends = {"input_layers": [[layers[0]["name"], 0, 0]], "output_layers": [[layers[-1]["name"], 0, 0]]}
    return {"class_name": "Functional", "config": {"name": "net", "layers": list(layers), **ends}}


def picture(side: int | None = None, channels: int = 3) -> dict[str, Any]:
    return layer("InputLayer", "photo", batch_input_shape=[None, side, side, channels], dtype="float32")


def good() -> dict[str, Any]:
    """With a function of TensorFlow's, a network inside, wrapped values and all that only training needs."""
    ones = {"module": "keras.initializers", "class_name": "Ones", "config": {}, "registered_name": None}
    padded = {
        "class_name": "TFOpLambda",
        "name": "tf.pad",
        "config": {"name": "tf.pad", "trainable": True, "dtype": "float32", "function": "compat.v1.pad"},
        "inbound_nodes": [["photo", 0, 0, {"paddings": [[0, 0], [1, 1], [1, 1], [0, 0]], "mode": "REFLECT"}]],
    }
    policy = {"class_name": "Policy", "config": {"name": "mixed_float16"}}
    inner = {
        "class_name": "Sequential",
        "name": "inner",
        "config": {
            "name": "inner",
            "layers": [
                layer("InputLayer", "in", batch_input_shape=[None, None, None, 3]),
                layer("BatchNormalization", "norm", axis=[3], gamma_initializer=ones),
            ],
        },
        "inbound_nodes": called("conv", training=True),
    }
    activation = {"class_name": "LeakyReLU", "config": {"alpha": 0.2}, "module": "keras.layers"}
    size = {"class_name": "__tuple__", "items": [3, 3]}
    net = network(
        picture(),
        padded,
        layer(
            "Conv2D", "conv", "tf.pad", filters=3, kernel_size=size, kernel_initializer=ones, dtype=policy,
            activation=activation, kernel_regularizer={"class_name": "L2", "config": {"l2": 0.1}},
        ),
        inner,
        layer("Activation", "made", "inner", activation="tanh"),
    )  # fmt: skip
    net["config"]["layers"][-1]["inbound_nodes"][0][0][1] = 1  # a network with an input has a first call
    net["compile_config"] = {"optimizer": {"class_name": "Adam", "config": {}}}
    return net
