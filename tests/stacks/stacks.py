"""The stacks that a bundle runs in: with which snippet, and what each cannot do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DRAWING = ("dcgan", "conditional_gan")
TRANSLATING = ("pix2pix", "cyclegan", "stargan", "munit", "munit_like", "fader")
MODELS = (*DRAWING, *TRANSLATING)


@dataclass(frozen=True)
class Limit:
    """What a stack cannot do.

    Attributes:
        error: part of what it says then.
        why: a few words for people.
        seconds: where it would only take long: after how many it is ended, in any case otherwise.
    """

    error: str
    why: str
    seconds: int = 120


@dataclass(frozen=True)
class Stack:
    """One row of the matrix.

    Attributes:
        title: what people call it.
        snippet: how to use it, in ``docs/snippets``.
        packages: what it needs, the one whose version counts first; from npm for an ``.mjs``.
        major: how the version must begin, "" for any.
        prepare: a file of this folder that is run before the snippet, "" for none.
        second: whether it takes the packages of the second stack.
        sizes: whether it is fast enough for the golden examples of other sizes.
        limits: what it cannot do, by model.
        note: what people should know.
    """

    title: str
    snippet: str
    packages: tuple[str, ...]
    major: str = ""
    prepare: str = ""
    second: bool = False
    sizes: bool = True
    limits: Mapping[str, Limit] = field(default_factory=dict)
    note: str = ""


OPENCV_4 = Limit("isDynamicShape", "takes no image whose size is not in the graph")
SLOW_RESIZE = Limit("takes more than 10 s", "enlarges in minutes what others do in milliseconds", seconds=10)
STACKS = {
    "onnxruntime": Stack("ONNX Runtime", "onnxruntime_python.py", ("onnxruntime",)),
    "node": Stack("ONNX Runtime for Node.js", "onnxruntime_node.mjs", ("onnxruntime-node",)),
    "web": Stack(
        "ONNX Runtime Web",
        "onnxruntime_web.mjs",
        ("onnxruntime-web",),
        note="WebAssembly, here in Node.js",
    ),
    "openvino": Stack(
        "OpenVINO",
        "openvino_python.py",
        ("openvino",),
        note="float32 on request: else bfloat16 where the processor has it, with differences up to 0.06",
    ),
    "opencv": Stack(
        "OpenCV 5, DNN",
        "opencv_dnn.py",
        ("opencv-python-headless",),
        major="5.",
        second=True,
        note="its images are BGR, a bundle's RGB",
    ),
    "opencv_4": Stack(
        "OpenCV 4, DNN",
        "opencv_dnn.py",
        ("opencv-python-headless",),
        major="4.",
        limits=dict.fromkeys(TRANSLATING, OPENCV_4),
    ),
    "onnx2torch": Stack(
        "PyTorch, onnx2torch",
        "pytorch_onnx2torch.py",
        ("onnx2torch", "torch"),
        prepare="without_torchvision.py",
        note="the snippet adds four operators of opset 18 to onnx2torch",
    ),
    "onnx": Stack(
        "ONNX, its evaluator",
        "onnx_reference.py",
        ("onnx",),
        sizes=False,
        limits=dict.fromkeys(("munit", "munit_like"), SLOW_RESIZE),
        note="for small images: it is slow",
    ),
    "tensorflow": Stack("TensorFlow, SavedModel", "tensorflow_saved_model.py", ("tensorflow",)),
    "tensorflow_second": Stack(
        "TensorFlow, SavedModel", "tensorflow_saved_model.py", ("tensorflow",), second=True
    ),
    "lite": Stack("TensorFlow Lite", "tensorflow_lite.py", ("tensorflow",)),
    "serving": Stack(
        "TensorFlow Serving, JSON",
        "tensorflow_serving.py",
        ("tensorflow",),
        prepare="serving.py",
        note="its requests, answered as documented by a stand-in: the server is in no package index",
    ),
}
