"""What is built of a plan: listed layers, as they are used after training, with the weights of the file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from foreign_models import saved
from keras_configurations import good, layer, network, picture

from export.foreign.exportable import describe_network
from export.foreign.keras_building import _function, build
from export.foreign.keras_configuration import read_configuration
from export.foreign.keras_file import load_keras_file
from export.foreign.keras_names import ACTIVATIONS, FUNCTIONS, LAYERS
from export.foreign.meaning import Meaning
from export.foreign.network import Network, Tensor
from zoo.backend import keras, tf
from zoo.errors import UserError

IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, 16, 16, 3)).astype("float32")


def built(*layers: dict[str, Any], numbers: int = 0, statistics: str = "auto") -> Any:
    return build(read_configuration(network(picture(16), *layers)), statistics, numbers)


def alone(model: Callable, images: np.ndarray) -> np.ndarray:
    """What a model makes of each image in a separate batch."""
    return np.concatenate([model(images[i : i + 1]) for i in range(len(images))])


def of_file(*layers: dict[str, Any]) -> Network:
    """The network of a configuration without weights."""
    model = built(*layers).model
    ends = [tuple(Tensor.of("t", each) for each in side) for side in (model.inputs, model.outputs)]
    return Network(lambda tensors: [model(*tensors)], *ends, model.variables, "moving")


def test_the_lists_name_what_there_is() -> None:
    for name in LAYERS:
        assert issubclass(getattr(keras.layers, name), keras.layers.Layer)
    for name in ACTIVATIONS:
        assert _function(name)(tf.constant([[1.0, 0.5]])).shape == (1, 2)
    operation = __import__(f"{keras.__name__}.src.layers", fromlist=["layers"]).TFOpLambda
    for name in sorted(FUNCTIONS):
        kept = [prefix for prefix in ("", "compat.v1.") if _has(operation, prefix + name)]
        assert kept, name


def _has(operation: type, function: str) -> bool:
    try:
        operation.from_config({"name": "t", "function": function})
    except ValueError:
        return False
    return True


def test_a_whole_configuration_is_built_and_runs() -> None:
    results = build(read_configuration(good()), "auto", numbers=200)
    assert (results.image, results.moving) == (["norm"], []), "called as in training"
    assert results.model(IMAGES).shape == (2, 16, 16, 3)
    assert build(read_configuration(good()), "moving", numbers=200).moving == ["norm"]


@pytest.mark.parametrize("filters", [10**4, 10**10, 10**18])
def test_more_weights_than_the_file_has_are_never_allocated(filters: int) -> None:
    with pytest.raises(UserError, match="announce more weights than the 30 numbers"):
        built(layer("Conv2D", "x", "photo", filters=filters, kernel_size=[3, 3]), numbers=30)


def test_layers_that_wait_for_one_another_are_an_error() -> None:
    """Keras' own reading would never end."""
    with pytest.raises(UserError, match="form a cycle"):
        built(layer("ReLU", "a", "b"), layer("ReLU", "b", "a"))


def test_layers_called_twice_and_networks_inside_are_the_same_as_keras(tmp_path: Path) -> None:
    """By what Keras itself makes of the file, as .h5 and as .keras."""
    inside = keras.Input((None, None, 3))
    shared = keras.layers.Conv2D(3, 1, kernel_initializer="ones", bias_initializer="ones")
    inner = keras.Model(inside, [shared(inside), tf.nn.relu(shared(shared(inside)))], name="inner")
    begun = keras.Sequential([keras.layers.Conv2D(3, 3, padding="same", kernel_initializer="ones")], name="s")
    photo = keras.Input((16, 16, 3), name="photo")
    first, second = inner(photo)
    third, fourth = inner(begun(second * 0.1))
    together = keras.layers.Add()([first, tf.concat([third, fourth], -1)[:, :, :, 1:4], begun(fourth)])
    model = keras.Model(photo, keras.layers.Activation("tanh")(together))
    for name in ("model.h5", "model.keras"):
        network = load_keras_file(saved(model, tmp_path / name))
        np.testing.assert_allclose(network.call([IMAGES])[0], model(IMAGES), atol=1e-6)


@pytest.mark.parametrize("axis", [-1, None])
def test_keras_contribs_instance_normalisation(axis: int | None) -> None:
    """It adds epsilon to the deviation; of nearly flat images another layer makes something else."""
    images = IMAGES * 0.01
    settings = {"axis": axis, "epsilon": 1e-3, "center": True, "scale": True}
    results = built(layer("InstanceNormalization", "x", "photo", **settings), numbers=6)
    assert results.assumed == ["InstanceNormalization is keras-contrib's"]
    gamma, beta = results.model.weights
    assert gamma.shape == ((1,) if axis is None else (3,))
    gamma.assign(gamma * 3)
    beta.assign(beta + 2)
    axes = (1, 2, 3) if axis is None else (1, 2)
    mean, deviation = images.mean(axes, keepdims=True), images.std(axes, keepdims=True)
    np.testing.assert_allclose(results.model(images), (images - mean) / (deviation + 1e-3) * 3 + 2, atol=2e-5)


@pytest.mark.parametrize("case_name", ["13_keras_contrib", "14_training_true"])
def test_users_generators_are_read(case_name: str, case: Callable[[str], Path]) -> None:
    for path in sorted(case(case_name).glob("*.h5")):
        network = load_keras_file(path)
        assert network.statistics == "image"
        assert network.assumed
        images = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3)).astype("float32")
        np.testing.assert_allclose(
            network.call([images])[0], alone(lambda x, n=network: n.call([x])[0], images), atol=1e-5
        )


def test_what_is_called_as_in_training(tmp_path: Path) -> None:
    """Batch normalisation takes each image's statistics unless it is frozen; dropout is off."""
    layers = keras.layers
    photo = keras.Input((16, 16, 3), name="photo")
    x = layers.BatchNormalization(name="a")(photo, training=True)
    x = layers.BatchNormalization(name="frozen", trainable=False)(x, training=True)
    x = layers.Dropout(0.5, name="drop", seed=0)(x, training=True)
    model = keras.Model(photo, layers.Activation("tanh")(layers.BatchNormalization(name="c")(x)))
    path = saved(model, tmp_path / "model.h5")
    network = load_keras_file(path)
    assert network.statistics == "moving"
    statistics, dropout = network.assumed
    assert statistics.startswith("batch normalisation (1 of 3) takes each image's own statistics")
    assert dropout == "dropout, which the file redraws at each call, is off (on only on request)"
    model.get_layer("drop").rate = 0
    np.testing.assert_allclose(network.call([IMAGES])[0], alone(model, IMAGES), atol=1e-5)
    assert load_keras_file(path, "moving").assumed == (dropout,)


def test_dropout_is_drawn_if_asked_for(tmp_path: Path) -> None:
    """As pix2pix for Keras has it by default: dropout is its noise."""
    photo = keras.Input((16, 16, 3), name="photo")
    dropped = keras.layers.Dropout(0.5)(photo, training=True)
    path = saved(keras.Model(photo, keras.layers.Activation("tanh")(dropped)), tmp_path / "model.h5")
    loaded = load_keras_file(path, dropout=True)
    assert describe_network(loaded, "net", Meaning()).dropout
    assert np.abs(loaded.call([IMAGES])[0] - loaded.call([IMAGES])[0]).max() > 0.1
    with pytest.raises(UserError, match="has no dropout"):
        build(read_configuration(network(picture(16), layer("ReLU", "x", "photo"))), "auto", 0, dropout=True)


HUGE: dict[str, tuple[dict[str, Any], ...]] = {
    "UpSampling2D": (layer("UpSampling2D", "x", "photo", size=[10**4, 10**4]),),
    "ZeroPadding2D": (layer("ZeroPadding2D", "x", "photo", padding=[10**5, 10**5]),),
    "tf.tile": (
        layer("TFOpLambda", "x", function="tile")
        | {"inbound_nodes": [["photo", 0, 0, {"multiples": [1, 1000, 1000, 1]}]]},
        layer("GlobalAveragePooling2D", "y", "x"),
        layer("Reshape", "z", "y", target_shape=[1, 1, 3]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", HUGE)
def test_what_grows_beyond_measure_is_refused_before_it_runs(what: str) -> None:
    with pytest.raises(UserError, match="are tried at most"):
        describe_network(of_file(*HUGE[what]), "net", Meaning())


def test_a_size_that_follows_from_values_is_refused() -> None:
    """An image of zeros would pass, and the next one take all the memory there is."""
    cast = layer("TFOpLambda", "cast", function="cast")
    cast["inbound_nodes"] = [["photo", 0, 0, {"dtype": "int32"}]]
    largest = layer("TFOpLambda", "largest", function="reduce_max")
    largest["inbound_nodes"] = [["cast", 0, 0, {}]]
    times = layer("TFOpLambda", "times", function="stack")
    times["inbound_nodes"] = [[["largest", 0, 0, {}]] * 2]
    grown = layer("TFOpLambda", "grown", function="image.resize")
    grown["inbound_nodes"] = [["photo", 0, 0, {"size": ["times", 0, 0]}]]
    resized = layer("Resizing", "made", "grown", height=16, width=16)
    with pytest.raises(UserError, match="depends on the images' values"):
        describe_network(of_file(cast, largest, times, grown, resized), "net", Meaning())


def test_a_discriminator_is_named_as_one() -> None:
    patches = of_file(
        layer("AveragePooling2D", "x", "photo", pool_size=[4, 4]),
        layer("TFOpLambda", "y", function="reduce_mean")
        | {"inbound_nodes": [["x", 0, 0, {"axis": -1, "keepdims": True}]]},
    )
    with pytest.raises(UserError, match="one channel of 4x4 for an image, as a discriminator does"):
        describe_network(patches, "net", Meaning())
    with pytest.raises(UserError, match="a row of numbers, as from a discriminator or a classifier"):
        describe_network(of_file(layer("GlobalAveragePooling2D", "x", "photo")), "net", Meaning())


def test_what_the_weights_reach_for_is_refused_in_either_file(tmp_path: Path) -> None:
    """The outer file is a ZIP archive, and the HDF5 inside it may reach as far."""
    photo = keras.Input((16, 16, 3), name="photo")
    output = keras.layers.Conv2D(3, 1, name="c", kernel_initializer="ones")(photo)
    path = saved(keras.Model(photo, output), tmp_path / "model.h5")
    with h5py.File(path, "r+") as file:
        group = file["model_weights/c/c"]
        del group["kernel:0"]
        group.create_dataset("kernel:0", (1, 1, 3, 3), "u1", external=[(__file__, 0, 9)])
    with pytest.raises(UserError, match=r"model.h5: its '/model_weights/c/c/kernel:0' is in another file"):
        load_keras_file(path)


def test_initialisers_and_the_like_are_not_looked_at(tmp_path: Path) -> None:
    """Whatever they name: weights lie in the file."""
    evil = {
        "module": "os",
        "class_name": "system",
        "config": {"command": "exit"},
        "registered_name": "system",
    }
    settings = {"kernel_size": [1, 1], "filters": 3, "kernel_initializer": evil, "bias_regularizer": evil}
    config = network(picture(16), layer("Conv2D", "c", "photo", **settings))
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"], file.attrs["keras_version"] = json.dumps(config), "2.15.0"
        group = file.create_group("model_weights")
        group.attrs["layer_names"], group.attrs["keras_version"] = [b"c"], "2.15.0"
        group.create_group("c").attrs["weight_names"] = [b"kernel:0", b"bias:0"]
        group["c/kernel:0"], group["c/bias:0"] = np.full((1, 1, 3, 3), 2, "f4"), np.zeros(3, "f4")
    expected = 2 * IMAGES.sum(-1, keepdims=True).repeat(3, -1)
    np.testing.assert_allclose(load_keras_file(path).call([IMAGES])[0], expected, atol=1e-5)


def test_hdf5_of_something_else_is_named(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["data"] = np.ones(3)
    with pytest.raises(UserError, match="not one of Keras'"):
        load_keras_file(tmp_path / "other.h5")
