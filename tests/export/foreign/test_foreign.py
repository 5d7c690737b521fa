"""Models of other projects become bundles that compute the same, and no code in a file is executed."""

import importlib.util
import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from foreign_models import cyclegan, filled, saved, unet

from export import bundle as bundle_module
from export.__main__ import main
from export.foreign.keras_file import load_keras_file
from export.foreign.sides import find_sides
from export.verify import verify
from zoo.backend import keras, tf
from zoo.errors import UserError

FILES = Path(__file__).parent / "files"
"""Saved by TensorFlow Addons 0.23 with Keras 2.15: ``cyclegan`` of foreign_models.py, and what it made."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verifies in this process."""
    monkeypatch.setattr(bundle_module, "verify_as_receiver", lambda part: verify(part, saved_model=True))


def exported(source: Path, *options: str) -> tuple[Path, dict]:
    output = source.parent / "bundle"
    assert main([str(source), "--output", str(output), *options]) == 0
    return output, json.loads((output / "contract.json").read_text(encoding="utf-8"))


def onnx_results(bundle: Path, **inputs: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(bundle / "model.onnx")
    return session.run(None, {name: value.astype("float32") for name, value in inputs.items()})[0]


@pytest.mark.parametrize("name", ["addons.keras", "addons.h5"])
def test_tensorflow_addons_models_have_a_way_out(name: str, tmp_path: Path, quick: None) -> None:
    """On either stack, with or without TensorFlow Addons; each InstanceNormalization is one node."""
    path = tmp_path / name
    path.write_bytes((FILES / name).read_bytes())
    bundle, contract = exported(path, "--size", "32")
    size = contract["size"]
    assert (size["height"], size["multiple"], size["smallest"], size["fixed"]) == (32, 2, 4, False)
    assert contract["inference"]["statistics"] == "image"
    assert contract["provenance"]["made_with"] == "Keras 2.15.0"
    with np.load(FILES / "addons.npz") as recorded:
        np.testing.assert_allclose(onnx_results(bundle, photo=recorded["photo"]), recorded["made"], atol=1e-4)
    kinds = [node.op_type for node in onnx.load(bundle / "model.onnx").graph.node]
    assert kinds.count("InstanceNormalization") == 4
    assert kinds.count("Transpose") == 2
    assert not {"Reshape", "ReduceProd"} & set(kinds)


@pytest.mark.skipif(
    importlib.util.find_spec("tensorflow_addons") is None, reason="tensorflow-addons is not for this Python"
)
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_stand_ins_are_tensorflow_addons(suffix: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its end-of-life banner
        import tensorflow_addons
    theirs = cyclegan(tensorflow_addons)
    network = load_keras_file(saved(theirs, tmp_path / f"model{suffix}"))
    images = np.random.default_rng(2).normal(size=(2, 10, 14, 3)).astype("float32")
    (results,) = network.call([images])
    np.testing.assert_allclose(results, theirs(images), atol=2e-6)


@pytest.mark.parametrize("name", ["unet.h5", "unet"])
def test_pictures_of_any_size_and_of_another_range(name: str, tmp_path: Path, quick: None) -> None:
    """A Keras file and a SavedModel; what is 0..255 and 0..1 inside is -1..1 at the ports."""
    model = unet(of_levels=True)
    ranges = ("--input-range", "0..255", "--output-range", "0..1")
    bundle, contract = exported(saved(model, tmp_path / name), "--size", "32x48", *ranges)
    (photo,), (results,) = contract["inputs"], contract["outputs"]
    assert (photo["name"], photo["shape"]) == ("photo", ["batch", "height", "width", 3])
    assert photo["range"] == results["range"] == [-1, 1]
    assert (photo["converted_range"], results["converted_range"]) == ([0, 255], [0, 1])
    assert contract["size"]["multiple"] == 4
    assert contract["inference"]["statistics"] == "moving"
    assert contract["provenance"]["assumed"] == "nothing"
    with (
        np.load(bundle / "golden/inputs.npz") as inputs,
        np.load(bundle / "golden/outputs.npz") as outputs,
    ):
        expected = model((inputs["photo"] + 1) * 127.5, training=False) * 2 - 1
        np.testing.assert_allclose(outputs["translated"], expected, atol=1e-5)
        assert outputs["translated"].std() > 0.05, "a flat output would prove nothing"
    kinds = {node.op_type for node in onnx.load(bundle / "model.onnx").graph.node}
    assert "BatchNormalization" not in kinds, "it lies in the convolution"


def test_fixed_size_and_the_number_of_a_value(tmp_path: Path, quick: None) -> None:
    """A label that the model takes as a number becomes a choice by name."""
    photo = keras.Input((16, 16, 1), name="Photo")
    label = keras.Input((1,), dtype="int32", name="colour")
    initializer = keras.initializers.RandomUniform(seed=0)
    known = keras.layers.Embedding(3, 256, embeddings_initializer=initializer)(label)
    x = keras.layers.Concatenate()([photo, keras.layers.Reshape((16, 16, 1))(known)])
    x = keras.layers.Conv2D(1, 3, padding="same", activation="tanh", kernel_initializer="ones")(x)
    model = keras.Model([photo, label], x)
    path = saved(model, tmp_path / "labelled.keras")
    bundle, contract = exported(path, "--input", "colour=choice:red:green:blue")
    assert contract["inputs"][0]["shape"] == ["batch", 16, 16, 1]
    assert contract["size"]["fixed"] is True
    (condition,) = contract["conditions"]
    assert (condition["name"], condition["values"]) == ("colour", ["red", "green", "blue"])
    images = np.random.default_rng(0).uniform(-1, 1, (3, 16, 16, 1)).astype("float32")
    actual = onnx_results(bundle, photo=images, colour=np.eye(3)[[2, 0, 1]])
    np.testing.assert_allclose(actual, model([images, np.array([[2], [0], [1]])]), atol=1e-5)


def test_drawing_from_noise(tmp_path: Path, quick: None) -> None:
    noise = keras.Input((5,), name="z")
    x = keras.layers.Reshape((4, 8, 1))(keras.layers.Dense(32, kernel_initializer="ones")(noise))
    x = keras.layers.Conv2DTranspose(3, 4, strides=4, activation="tanh", kernel_initializer="ones")(x)
    _, contract = exported(saved(filled(keras.Model(noise, x)), tmp_path / "draws.h5"))
    assert (contract["inputs"][0]["kind"], contract["inputs"][0]["shape"]) == ("noise", ["batch", 5])
    assert contract["outputs"][0]["shape"] == ["batch", 16, 32, 3]
    assert (contract["size"]["height"], contract["size"]["width"]) == (16, 32)


def test_each_images_own_statistics_are_a_choice(tmp_path: Path) -> None:
    """What batch normalisation does in training at batch 1, where pix2pix is used like that."""
    model = unet()
    path = saved(model, tmp_path / "unet.keras")
    images = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    network = load_keras_file(path, "image")
    assert network.statistics == "image"
    (results,) = network.call([images])
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0
    alone = [model(images[i : i + 1], training=True) for i in range(2)]
    np.testing.assert_allclose(results, np.concatenate(alone), atol=1e-5)


def test_keras_own_group_normalization_of_single_channels(tmp_path: Path) -> None:
    """Keras' layer as it is ties the graph to one size, and takes 20 nodes."""
    photo = keras.Input((None, None, 3))
    x = keras.layers.GroupNormalization(groups=-1)(photo)
    model = filled(keras.Model(photo, keras.layers.GroupNormalization(groups=1)(x)))
    network = load_keras_file(saved(model, tmp_path / "groups.keras"))
    images = np.random.default_rng(0).normal(3, 2, (2, 6, 7, 3)).astype("float32")
    np.testing.assert_allclose(network.call([images])[0], model(images), atol=1e-5)


def test_reshaping_by_the_lengths_of_sides(tmp_path: Path, quick: None) -> None:
    """Group normalisation in a SavedModel: traced at one size, its graph would fail at the golden ones."""
    photo = keras.Input((None, None, 3), name="photo")
    x = keras.layers.GroupNormalization(groups=-1)(photo)
    model = filled(keras.Model(photo, keras.layers.Activation("tanh")(x)))
    bundle, contract = exported(saved(model, tmp_path / "groups"), "--size", "16")
    assert contract["size"]["golden"] == [[176, 256], [201, 333]]
    images = np.random.default_rng(0).uniform(-1, 1, (2, 9, 14, 3)).astype("float32")
    np.testing.assert_allclose(onnx_results(bundle, photo=images), model(images), atol=1e-5)


@pytest.mark.parametrize(("multiple", "smallest"), [(1, 1), (4, 12), (512, 512)])
def test_sides_are_found_by_trying(multiple: int, smallest: int) -> None:
    def made_at(size: tuple[int, int]) -> tuple[int, int]:
        if min(size) < smallest:
            raise ValueError("too small")
        return tuple(-(-side // multiple) * multiple for side in size)

    sides = find_sides(made_at)
    assert sides.multiple == multiple
    assert smallest <= sides.least < 2 * smallest


def test_sides_that_never_fit_are_an_error() -> None:
    with pytest.raises(UserError, match=r"gives 95x97\): give `size_multiple`"):
        find_sides(lambda size: (size[0] - 2, size[1] - 2), multiple=1)


def changed(path: Path, change: Callable[[bytes], bytes]) -> Path:
    path.write_bytes(change(path.read_bytes()))
    return path


def rewritten(path: Path, member: str, change: Callable[[dict], dict]) -> Path:
    """A .keras file with another configuration in it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = json.dumps(change(json.loads(parts[member]))).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path


def test_bad_keras_files_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    model, layers = unet(8), keras.layers
    photo = model.input
    classifier = keras.Model(photo, layers.Dense(3, kernel_initializer="ones")(layers.Flatten()(photo)))
    both = keras.Model(photo, [model.output, photo + 1])
    weights = tmp_path / "only.weights.h5"
    model.save_weights(weights)
    a_lambda = keras.Model(photo, layers.Lambda(lambda x: x * 2, name="twice")(photo))
    cut = saved(model, tmp_path / "cut.h5")
    third = saved(model, tmp_path / "third.keras")
    cases = {
        "none.keras does not exist": tmp_path / "none.keras",
        "is not a ZIP archive": changed(saved(model, tmp_path / "no.keras"), lambda data: data[:-2000]),
        "cut.h5 cannot be read": changed(cut, lambda data: data[: len(data) // 2]),
        "lacking.keras: no configuration of a model": rewritten(
            saved(model, tmp_path / "lacking.keras"), "config.json", lambda config: config | {"config": {}}
        ),
        "weights only": weights,
        "written by Keras 3.8.0": rewritten(
            third, "metadata.json", lambda metadata: {"keras_version": "3.8.0"}
        ),
        "is not an image but a row": saved(classifier, tmp_path / "classifier.keras"),
        "has 2 outputs": saved(both, tmp_path / "both.keras"),
        "'twice' is a Lambda": saved(a_lambda, tmp_path / "lambda.h5"),
        "ONNX has no operator for RGBToHSV": saved(
            keras.Model(photo, tf.tanh(tf.image.rgb_to_hsv(photo))), tmp_path / "hsv.h5"
        ),
    }
    for message, path in cases.items():
        assert main([str(path), "--output", str(tmp_path / "bundle")]) == 2, message
        error = capsys.readouterr().err
        assert message in error
        assert path.stem in error
        assert error.count("\n") == 1
        assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize("name", ["zip.h5", "hdf5.keras", "LARGE.KERAS"])
def test_a_keras_file_is_known_by_what_is_in_it(name: str, tmp_path: Path) -> None:
    """Whatever its name ends with, as people rename files."""
    inside = ".h5" if name.startswith("hdf5") else ".keras"
    path = saved(unet(8), tmp_path / f"model{inside}").rename(tmp_path / name)
    assert load_keras_file(path).provenance["network"] == "unet"


def test_what_a_folder_is_that_is_not_a_model(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """And what to name in its place."""
    folders = {
        "TensorFlow checkpoint": ("checkpoint", "model.index", "model.data-00000-of-00001"),
        "a bundle already": ("contract.json", "model.onnx"),
        "without its saved_model.pb": ("variables/variables.index",),
        "name one, such as": ("generator/saved_model.pb", "discriminator/saved_model.pb"),
        "latest_net_G.pth": ("latest_net_G.pth", "loss_log.txt"),
    }
    for number, (message, files) in enumerate(folders.items()):
        for file in files:
            path = tmp_path / str(number) / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        assert main([str(tmp_path / str(number)), "--output", str(tmp_path / "bundle")]) == 2
        assert message in capsys.readouterr().err


def test_bad_saved_models_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    def program(name: str, *signatures: str, shape: tuple | None = (None, 8, 8, 3), work=tf.nn.relu) -> Path:
        module = tf.Module()
        module.scale = tf.Variable(2.0)
        functions = {
            each: tf.function(lambda x, n=n: {"y": work(x) * (module.scale + n)}).get_concrete_function(
                tf.TensorSpec(shape, name="x")
            )
            for n, each in enumerate(signatures)
        }
        tf.saved_model.save(module, str(tmp_path / name), signatures=functions)
        return tmp_path / name

    damaged = program("damaged", "serving_default")
    changed(damaged / "saved_model.pb", lambda data: data[: len(data) // 2])
    emptied = program("emptied", "serving_default")
    (emptied / "variables" / "variables.index").unlink()
    (tmp_path / "photos").mkdir()
    names = "several signatures: name one, such as --signature other or serving_default"
    cases = {
        names: program("two", "serving_default", "other"),
        "damaged/saved_model.pb cannot be read": damaged,
        "emptied cannot be read": emptied,
        "has no signature": program("silent"),
        "any rank": program("ranks", "serving_default", shape=None),
        "batches of 1": program("single", "serving_default", shape=(1, 8, 8, 3)),
        "another image each time": program(
            "dropout", "serving_default", work=lambda x: tf.nn.dropout(x, 0.5, seed=1)
        ),
        "what else is in the batch": program(
            "batch", "serving_default", work=lambda x: tf.tanh(x - tf.reduce_mean(x, 0, keepdims=True))
        ),
        "give --output-range": program("bright", "serving_default", work=lambda x: x * 100),
        "photos": tmp_path / "photos",
    }
    for message, path in cases.items():
        assert main([str(path), "--output", str(tmp_path / "bundle")]) == 2, message
        error = capsys.readouterr().err
        assert message in error
        assert str(path) in error
        assert error.count("\n") == 1
        assert not (tmp_path / "bundle").exists()


def test_a_named_signature_and_one_under_two_names(tmp_path: Path) -> None:
    """Keras' export writes its one function as "serve" and as "serving_default"."""
    from export.foreign.saved_model import load_saved_model

    model = filled(keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Activation("tanh")]))
    model.export(tmp_path / "one")
    images = np.ones((1, 8, 8, 3), "float32")
    for signature in (None, "serve"):
        (results,) = load_saved_model(tmp_path / "one", signature).call([images])
        np.testing.assert_allclose(results, np.tanh(images), atol=1e-6)
    with pytest.raises(UserError, match="has serve, serving_default"):
        load_saved_model(tmp_path / "one", "serv")


def test_options_that_do_not_fit_are_named(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    path = saved(unet(8), tmp_path / "unet.keras")
    cases = {
        "--input label: the model's inputs are 'photo' (any × 8 × 8 × 3, float32)": [
            "--input",
            "label=noise",
        ],
        "leave --size and --size-multiple out": ["--size-multiple", "4"],
        "--checkpoint: applies to a run": ["--checkpoint", "last"],
        "--signature: applies to a run, a state dict or a SavedModel": ["--signature", "serve"],
    }
    for message, options in cases.items():
        assert main([str(path), "--output", str(tmp_path / "bundle"), *options]) == 2
        assert message in capsys.readouterr().err
    assert not (tmp_path / "bundle").exists()
