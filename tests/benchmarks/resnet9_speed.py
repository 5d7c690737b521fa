"""How fast CycleGAN's ResNet-9 is as this project's ONNX file, beside PyTorch's own export of the network.

    python tests/benchmarks/resnet9_speed.py [RUNS]

Needs PyTorch. At full width and 256×256, one image, two threads; the runs of all files alternate, so
that what else the machine does meets each alike. Prints medians and the ratio to PyTorch's export.
"""

import os
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import onnxruntime
import torch
from torch import nn

from export.contract import from_inference
from export.onnx.conversion import network_graph, write_onnx
from export.variants.files import parse_variants, write_variants
from zoo.inference.run_checkpoint import Inference
from zoo.models.cyclegan.model import CycleGANConfig
from zoo.models.cyclegan.signature import cyclegan_signature

SIZE, THREADS = (256, 256), 2


class Block(nn.Module):
    """x + norm(conv(relu(norm(conv(x))))), borders reflected."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), nn.InstanceNorm2d(channels)]
        other = [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), nn.InstanceNorm2d(channels)]
        self.inside = nn.Sequential(*half, nn.ReLU(), *other)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.inside(x)


def resnet9(width: int = 64) -> nn.Module:
    """The network of the CycleGAN paper, appendix 7.2."""

    def normalized(convolution: nn.Module, channels: int) -> list[nn.Module]:
        return [convolution, nn.InstanceNorm2d(channels), nn.ReLU()]

    layers = [nn.ReflectionPad2d(3), *normalized(nn.Conv2d(3, width, 7), width)]
    for i in (1, 2):
        layers += normalized(nn.Conv2d(width * i, width * 2 * i, 3, 2, 1), width * 2 * i)
    layers += [Block(4 * width) for _ in range(9)]
    for i in (2, 1):
        up = nn.ConvTranspose2d(width * 2 * i, width * i, 3, 2, 1, output_padding=1)
        layers += normalized(up, width * i)
    return nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh())


def main(runs: int) -> None:
    """Write the files, run them in turn, and print what was measured."""
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name)
        torch.onnx.export(
            resnet9().eval(),
            torch.zeros(1, 3, *SIZE),
            folder / "pytorch.onnx",
            opset_version=18,
            dynamo=False,
        )
        source = from_inference(Inference(cyclegan_signature(CycleGANConfig()), "cyclegan", "", {}))
        graph = network_graph(source)
        pictures = np.random.default_rng(0).integers(0, 256, (4, *SIZE, 3), np.uint8)
        write_variants(parse_variants("int8,nchw"), source, graph, folder, {"A": pictures})
        nodes = write_onnx(source, graph, folder / "model.onnx")
        print({kind: nodes[kind] for kind in ("InstanceNormalization", "Transpose")})
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        files = ("pytorch.onnx", "model.onnx", "variants/nchw.onnx", "variants/int8.onnx")
        sessions = {
            file: onnxruntime.InferenceSession(folder / file, options, providers=["CPUExecutionProvider"])
            for file in files
        }
        times = {file: [] for file in files}
        picture = pictures[:1].astype(np.float32) / 127.5 - 1
        for run in range(runs + 1):  # the first is for warming up
            for file, session in sessions.items():
                (given,) = session.get_inputs()
                value = picture if given.shape[-1] == 3 else picture.transpose(0, 3, 1, 2)
                start = time.perf_counter()
                session.run(None, {given.name: value})
                if run:
                    times[file].append(time.perf_counter() - start)
    print(f"onnxruntime {onnxruntime.__version__}, torch {torch.__version__}, {runs} runs, {THREADS} threads")
    first = statistics.median(times[files[0]])
    for file, seconds in times.items():
        median = statistics.median(seconds)
        print(
            f"{file:20} median {median:.3f} s, best {min(seconds):.3f} s, {median / first:.3f} of PyTorch's"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
