"""Whatever bytes a file has: a generator, or one line that says what is wrong, in bounded time and memory."""

import io
import pickletools
import random
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_files import Call, Named, Pickler, legacy, pth, state_dict, tensor

from zoo.errors import UserError
from zoo.inference.reference_checkpoint import identify
from zoo.models.fader.reference_weights import fader_layout
from zoo.models.munit.reference_weights import munit_layout
from zoo.models.stargan.reference_weights import stargan_layout
from zoo.reference.norms import Norm
from zoo.reference.resnet import resnet_layout
from zoo.reference.unet import unet_layout

pytestmark = pytest.mark.fuzz
BUDGET = settings(settings.get_profile("fuzz"))

LAYOUTS = (
    unet_layout((3, 3), 5, 1, Norm("batch", True, False, "")),
    resnet_layout((3, 3), 1, 1, Norm("instance", False, True, ""), dropout=False),
    stargan_layout(3, 1, 1, 1),
    munit_layout({"a": 1, "b": 1}, 1, 1, 1, 1, 1),
    fader_layout(1, 2, 2, 1, 2),
)


def attempt(path: Path) -> str:
    """The error about a file, or ""; any other exception is a failure."""
    try:
        identify(path)
    except UserError as error:
        message = str(error)
        assert message.startswith(str(path))
        assert "\n" not in message
        return message
    return ""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "net.pth"


@pytest.fixture(scope="module")
def good(path: Path) -> tuple[bytes, bytes, bytes]:
    """A whole file of today, its description, and a whole file of before 1.6."""
    shapes = {**LAYOUTS[1].needed, **LAYOUTS[1].unused}
    tensors = {name: np.ones(shape, "f4") for name, shape in shapes.items()}
    today = state_dict(path, tensors, lambda state: {"epoch": 3, "state_dict": state})
    assert attempt(today) == ""
    content = today.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        description = archive.read("net/data.pkl")
    old = OrderedDict()
    for number, (name, values) in enumerate(tensors.items()):
        strides = tuple(step // 4 for step in np.empty(values.shape, "<f4").strides)
        old[name] = tensor(str(number), values.shape, strides, values.size)
    numbers = {str(number): values for number, values in enumerate(tensors.values())}
    assert attempt(legacy(path, old, numbers)) == ""
    return content, description, path.read_bytes()


def mutated(content: bytes, draw: random.Random) -> bytes:
    """A few bytes changed, left out, repeated or moved."""
    mutated = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        start, length = draw.randrange(len(mutated) + 1), draw.choice((1, 1, 2, 4, 30))
        kind = draw.randrange(5)
        if kind == 0 and mutated:
            mutated[min(start, len(mutated) - 1)] = draw.choice((0, 1, 0x7F, 0x80, 0xFF, draw.randrange(256)))
        elif kind == 1:
            del mutated[start : start + length]
        elif kind == 2:
            other = draw.randrange(len(mutated) + 1)
            mutated[start:start] = mutated[other : other + length]
        elif kind == 3:
            mutated[start:start] = draw.randbytes(length)
        else:
            mutated[start : start + length] = draw.choice((b"\xff", b"\x00", b"\x7f")) * length
    return bytes(mutated)


def described(path: Path, description: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", description)
        archive.writestr("net/data/0", bytes(64))
        archive.writestr("net/data/1", bytes(8))
    return path


@BUDGET
@given(draw=st.randoms(use_true_random=False))
def test_bytes(draw: random.Random, path: Path, good: tuple[bytes, bytes, bytes]) -> None:
    today, _, old = good
    path.write_bytes(mutated(draw.choice((today, old)), draw))
    attempt(path)


@BUDGET
@given(draw=st.randoms(use_true_random=False))
def test_description(draw: random.Random, path: Path, good: tuple[bytes, bytes, bytes]) -> None:
    """Of today's files the checksums hold, so that the pickle is reached."""
    attempt(described(path, mutated(good[1], draw)))


OPCODES = [opcode.code.encode("latin-1") for opcode in pickletools.opcodes if opcode.name != "STOP"]
WORDS = (b"torch", b"FloatStorage", b"_rebuild_tensor_v2", b"torch._utils", b"OrderedDict", b"a\x00", b"\xff")


@BUDGET
@given(draw=st.randoms(use_true_random=False))
def test_instructions(draw: random.Random, path: Path) -> None:
    """Instructions in any order, with arguments of any kind."""
    mutated = b"\x80\x02"
    for _ in range(draw.randrange(60)):
        mutated += draw.choice(OPCODES)
        mutated += draw.choice(
            (b"", b"", bytes([draw.randrange(8)]), draw.randbytes(4), draw.choice(WORDS) + b"\n")
        )
    attempt(described(path, mutated + b"."))


INTEGERS = st.one_of(st.integers(-3, 20), st.integers(-(2**70), 2**70), st.booleans(), st.none(), st.floats())
TUPLES = st.lists(st.one_of(st.integers(0, 5), INTEGERS), max_size=9).map(tuple)
SCALARS = st.one_of(INTEGERS, st.text(max_size=5), st.binary(max_size=5))
FUNCTIONS = [
    ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_parameter"), ("torch", "Size"),
    ("collections", "OrderedDict"), ("collections", "defaultdict"), ("argparse", "Namespace"),
    ("os", "system"),
]  # fmt: skip
NAMES = st.sampled_from(FUNCTIONS)
TENSORS = st.builds(
    tensor,
    st.sampled_from(["0", "1", "2", "", "../0", 0]),
    TUPLES,
    TUPLES,
    INTEGERS,
    INTEGERS,
    st.sampled_from(["FloatStorage", "LongStorage", "BFloat16Storage", "QInt8Storage", "Size"]),
)
VALUES = st.recursive(
    st.one_of(TENSORS, SCALARS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.text(max_size=9), st.integers()), inner, max_size=4),
        st.builds(
            lambda name, parts: Call(Named(*name), *parts), st.sampled_from(FUNCTIONS), st.lists(inner)
        ),
        st.builds(lambda name, state: Call(Named(*name), state=state), st.sampled_from(FUNCTIONS), inner),
    ),
    max_leaves=12,
)


@BUDGET
@given(value=VALUES)
def test_values(value: Any, path: Path) -> None:
    """Descriptions that are well formed, of tensors and objects that are not."""
    content = io.BytesIO()
    Pickler(content, protocol=2).dump(value)
    attempt(described(path, content.getvalue()))


@BUDGET
@given(draw=st.randoms(use_true_random=False))
def test_networks(draw: random.Random, path: Path) -> None:
    """Tensors left out, renamed, of other shapes, and of two networks in one file."""
    layout = draw.choice(LAYOUTS)
    shapes = dict(draw.choice(LAYOUTS).needed) if draw.random() < 0.1 else {}
    shapes |= {**layout.needed, **layout.unused}
    for name in draw.sample(sorted(shapes), draw.randrange(4)):
        shape = shapes.pop(name)
        kind = draw.randrange(4)
        if kind == 1:
            shapes[name.replace(draw.choice("0123456789aw"), draw.choice("0123456789_."))] = shape
        elif kind == 2:
            shapes[name] = tuple(draw.choice((side, side, 0, 1, side + 1)) for side in shape)
        elif kind == 3:
            shapes[name] = draw.choice(((), shape[:-1], (*shape, 1), shape[::-1]))
    tensors = {name: np.ones(shape, "f4") for name, shape in shapes.items()}
    attempt(state_dict(path, tensors))


def test_a_good_file_passes(path: Path) -> None:
    for layout in LAYOUTS:
        tensors = {name: np.ones(shape, "f4") for name, shape in {**layout.needed, **layout.unused}.items()}
        assert attempt(state_dict(path, tensors)) == ""
    assert "not a state dict" in attempt(pth(path, {}))
