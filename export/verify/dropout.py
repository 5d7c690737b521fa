"""Models that draw dropout at each call, compared by means and spreads of several runs."""

from collections.abc import Callable

import numpy as np

from export.verify.arrays import Arrays

GOLDEN_RUNS, RUNS = 32, 16  # of the trained generator, and of each file in each case
PRODUCTS = "_products"


def drawn(compute: Callable[[], Arrays], runs: int) -> Arrays:
    """The mean of several runs; as NAME_products (N, runs, runs), products of their deviations from it."""
    series = [compute() for _ in range(runs)]
    results = {}
    for name in series[0]:
        values = np.stack([each[name] for each in series], axis=1)
        results[name] = values.mean(axis=1, dtype=np.float64).astype(np.float32)
        deviations = (values - results[name][:, None]).reshape(*values.shape[:2], -1)
        results[name + PRODUCTS] = deviations @ deviations.transpose(0, 2, 1) / deviations.shape[2]
    return results


def standard_errors(actual: Arrays, expected: Arrays, name: str) -> float:
    """Distance of two series of runs in standard errors: of their means or their spreads, the larger.

    Spreads, the mean squared deviations of runs from their mean, are compared by Welch's test. Means: their
    squared difference, over all pixels, has a chi-squared distribution; its degrees of freedom, the number
    of pixels that vary independently, follow from the products of different runs. Its cube root is close to
    N(0, 1) (Wilson and Hilferty 1931). Examples have equal weight.
    """
    products = [each[name + PRODUCTS].astype(np.float64) for each in (actual, expected)]
    n, m = (each.shape[1] for each in products)
    ours, theirs = (
        each.diagonal(axis1=1, axis2=2) * k / (k - 1) for each, k in zip(products, (n, m), strict=True)
    )
    tiny = 1e-15  # against a variance of zero
    error = np.sqrt(ours.var(axis=1, ddof=1) / n + theirs.var(axis=1, ddof=1) / m) + tiny
    spreads = (ours.mean(axis=1) - theirs.mean(axis=1)) / error
    variance = theirs.mean(axis=1) + tiny
    common = np.square(products[1])[:, ~np.eye(m, dtype=bool)].mean(axis=1)
    third = 2 / 9 * np.minimum(common / np.square(variance), 1) + tiny
    squares = (
        np.square(actual[name] - expected[name]).reshape(len(variance), -1).mean(axis=1, dtype=np.float64)
    )
    means = (np.cbrt(squares / (variance * (1 / n + 1 / m))) - (1 - third)) / np.sqrt(third)
    return float(max(abs(spreads.sum()), means.sum()) / np.sqrt(len(variance)))
