"""Inputs: golden ones with their outputs, and random ones."""

import io
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from export.verify.arrays import Arrays
from export.verify.contract import draws_dropout
from export.verify.dropout import GOLDEN_RUNS, PRODUCTS
from export.verify.errors import AGAIN, BundleError, first_line
from export.verify.files import checked_bytes
from zoo.inference.contract_rules import example_shape
from zoo.io.limits import EXAMPLES, GOLDEN_VALUES


def read_golden(
    directory: Path, contract: dict[str, Any], size: tuple[int, int] | None = None
) -> tuple[Arrays, Arrays]:
    """Golden inputs and outputs, of the usual size or another one, with the contract's shapes.

    Raises:
        BundleError: a file was altered, has other arrays or shapes, or is too large.
    """
    height, width = size or (contract["size"]["height"], contract["size"]["width"])
    expected_count = 1 if size else len(contract.get("golden", []))
    sides = []
    for kind in ("inputs", "outputs"):
        shapes = {port["name"]: tuple(example_shape(port, height, width)) for port in contract[kind]}
        if draws_dropout(contract) and kind == "outputs":
            shapes.update({name + PRODUCTS: (GOLDEN_RUNS, GOLDEN_RUNS) for name in list(shapes)})
        name = f"golden/{kind}_{height}x{width}.npz" if size else f"golden/{kind}.npz"
        # Compressed data are hardly larger than the data themselves, and each array has a header.
        values = min(GOLDEN_VALUES, EXAMPLES * sum(map(math.prod, shapes.values())))
        content = checked_bytes(directory, name, contract, 10 * values + (len(shapes) << 16))
        try:
            sides.append(_read_npz(content, shapes))
        except Exception as error:  # zipfile, zlib and numpy raise many for a damaged file
            raise BundleError(f"{name} cannot be read ({first_line(error)}): {AGAIN}") from error
    inputs, outputs = sides
    counts = {len(array) for array in (*inputs.values(), *outputs.values())} | (
        {expected_count} if expected_count else set()
    )
    if len(counts) != 1:
        raise BundleError(f"golden/ holds different numbers of inputs and outputs: {AGAIN}")
    return inputs, outputs


def _read_npz(content: bytes, shapes: dict[str, tuple[int, ...]]) -> Arrays:
    """Arrays of floats by name, of up to ``EXAMPLES`` rows of their shapes; anything else is a ValueError."""
    arrays, remaining = {}, GOLDEN_VALUES
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = sorted(archive.namelist())
        if names != sorted(f"{name}.npy" for name in shapes):
            raise ValueError(f"it holds {', '.join(names)[:200]}, not {', '.join(shapes)}")
        for name, shape in shapes.items():
            with archive.open(f"{name}.npy") as file:
                if np.lib.format.read_magic(file) != (1, 0):
                    raise ValueError(f"{name} is in another format")
                full, fortran_order, dtype = np.lib.format.read_array_header_1_0(file)
                types = ("float32", "float64") if name.endswith(PRODUCTS) else ("float32",)
                if dtype not in types or full[1:] != shape or not 1 <= full[0] <= EXAMPLES:
                    raise ValueError(f"{name} is {dtype} {full}, not {types[0]} (N, *{shape})")
                remaining -= math.prod(full)
                if remaining < 0:
                    raise ValueError(f"more than {GOLDEN_VALUES:,} values")
                size = dtype.itemsize * math.prod(full)
                data = file.read(size + 1)  # with the end, where the checksum is compared
                if len(data) != size:
                    raise ValueError(f"{name} is not as long as its header says")
                arrays[name] = np.frombuffer(data, dtype).reshape(full, order="F" if fortran_order else "C")
    return arrays


def random_inputs(contract: dict[str, Any], count: int, random: np.random.Generator) -> Arrays:
    """Inputs unlike the golden ones: each kind over its whole range."""
    inputs = {}
    for port in contract["inputs"]:
        shape = [count, *example_shape(port, contract["size"]["height"], contract["size"]["width"])]
        kind = port.get("kind", "picture")
        if kind == "noise":
            values = random.standard_normal(shape)
        elif kind == "amount":
            values = random.uniform(0, 1, shape)
        elif kind == "choice":  # another value for each row; "no value" is one of them if it is allowed
            number = shape[1] + bool(port.get("optional"))
            values = np.zeros((count, number))
            values[np.arange(count), np.resize(random.permutation(number), count)] = 1
            values = values[:, : shape[1]]
        else:  # noise over the whole range, each image at its own contrast
            low, high = port["range"]
            contrast = random.uniform(0.2, 1, [count] + [1] * (len(shape) - 1))
            values = (low + high) / 2 + (high - low) / 2 * contrast * random.uniform(-1, 1, shape)
        inputs[port["name"]] = values.astype(port["dtype"])
    return inputs
