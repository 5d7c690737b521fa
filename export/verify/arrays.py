"""Arrays by name, and models as functions of them."""

from collections.abc import Callable

import numpy as np

Arrays = dict[str, np.ndarray]
Run = Callable[[Arrays], Arrays]
BATCHES = (1, 3)


def batched(run: Run, inputs: Arrays, batch: int) -> Arrays:
    """Run in batches of exactly ``batch``; the last one is filled up with the first examples."""
    count = len(next(iter(inputs.values())))
    rows = np.arange(-(-count // batch) * batch) % count
    results = [
        run({name: array[rows[start : start + batch]] for name, array in inputs.items()})
        for start in range(0, len(rows), batch)
    ]
    return {name: np.concatenate([result[name] for result in results])[:count] for name in results[0]}
