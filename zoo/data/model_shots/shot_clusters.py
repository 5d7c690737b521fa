"""Clusters of model shots: found by k-means, named by a rule, with an uncertainty for each shot."""

from collections.abc import Iterable, Sequence

import numpy as np

from zoo.errors import UserError

RULE = (
    "A cluster's score is the mean of full x face over its shots. Full: the silhouette is tall, slim, "
    "centred, cut by no side, with a small head. Face: the head's middle is skin and differs from its crown "
    "(hair). "
    "Wanted are the best cluster and those with at least {share:.0%} of its score."
)
WANTED_SHARE = 0.7

_MANY = 30_000  # shots from which k-means goes by mini-batches


def k_means(points: np.ndarray, clusters: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels (n,) from 0 and centres (k, d), k at most ``clusters``; empty clusters are dropped."""
    from sklearn.cluster import KMeans, MiniBatchKMeans
    from threadpoolctl import threadpool_limits

    clusters = min(clusters, len(np.unique(points, axis=0)) if len(points) < _MANY else clusters)
    if len(points) < _MANY:
        method = KMeans(clusters, n_init=10, random_state=seed)
    else:
        method = MiniBatchKMeans(clusters, n_init=10, batch_size=4096, random_state=seed)
    with threadpool_limits(1):
        labels = method.fit_predict(points)
    used, labels = np.unique(labels, return_inverse=True)
    return labels, method.cluster_centers_[used]


def wanted_clusters(scores: np.ndarray, asked: int | Iterable[int] | None) -> tuple[list[int], str]:
    """Indices of the wanted clusters, and the reason in a sentence. ``scores`` fall."""
    if asked is not None:
        numbers = sorted({asked} if isinstance(asked, int) else set(asked))
        for number in numbers:
            if not 1 <= number <= len(scores):
                raise UserError(f"cluster {number} does not exist; there are 1 to {len(scores)}")
        if not numbers:
            raise UserError("no wanted cluster is named; give at least one number")
        return [number - 1 for number in numbers], f"{_clusters(numbers)}: as asked for, not by the rule"
    wanted = [k for k in range(len(scores)) if scores[k] >= max(WANTED_SHARE * scores[0], 1e-9)] or [0]
    numbers = [k + 1 for k in wanted]
    reason = f"{_clusters(numbers)}: whole figure from the front, score {_listed(scores[k] for k in wanted)}"
    if len(wanted) < len(scores):
        reason += f"; the next is cluster {len(wanted) + 1} with {scores[len(wanted)]:.2f}"
    return wanted, reason


def best_shots(
    owners: np.ndarray, labels: np.ndarray, distances: np.ndarray, wanted: list[int], like: np.ndarray
) -> np.ndarray:
    """Index of each product's shot.

    Inside a wanted cluster before outside, then those that are themselves nearly (3/4) as much a whole
    figure from the front as their cluster, then the nearest to a wanted centre.
    """
    outside = ~np.isin(labels, wanted)
    order = np.lexsort((distances[:, wanted].min(1), like < 0.75, outside, owners))
    return order[np.unique(owners[order], return_index=True)[1]]


def uncertainties(
    labels: np.ndarray, centres: np.ndarray, distances: np.ndarray, nearest: np.ndarray, wanted: list[int],
    quality: np.ndarray, like: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Uncertainty of each shot in 0 to 1, were it chosen (see ``choose_model_shots``)."""
    here = distances[np.arange(len(labels)), nearest]
    towards = np.zeros(len(labels))
    for other in set(range(len(centres))) - set(wanted):
        # Place along the line from the wanted centre (0) to the other one (1); what is across cancels.
        apart = np.maximum(((centres - centres[other]) ** 2).sum(1)[nearest], 1e-12)
        towards = np.maximum(towards, 0.5 + (here**2 - distances[:, other] ** 2) / (2 * apart))
    far = np.zeros(len(labels))
    for k in wanted:
        mine = nearest == k
        middle = np.median(here[labels == k])
        spread = max(1.4826 * float(np.median(np.abs(here[labels == k] - middle))), 1e-9)
        far[mine] = ((here[mine] - middle) / spread - 2.5) / 5
    parts = (towards, far, (0.6 - quality) / 0.6, 0.75 - like)
    return 1 - np.prod([1 - np.clip(part, 0, 1) for part in parts], axis=0)


def separation(points: np.ndarray, labels: np.ndarray, seed: int) -> float:
    """Mean silhouette coefficient of the clusters, -1 to 1, on a sample of 2,000; 0 where there is none."""
    from sklearn.metrics import silhouette_score

    if not 1 < len(np.unique(labels)) < len(points):
        return 0.0
    few = np.sort(np.random.default_rng(seed).permutation(len(points))[:2000])
    if not 1 < len(np.unique(labels[few])) < len(few):
        return 0.0
    return float(silhouette_score(points[few], labels[few]))


def squares(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Squared distances (n, k), centre by centre to spare memory."""
    return np.stack([((points - centre) ** 2).sum(1) for centre in centres], 1)


def _clusters(numbers: Sequence[int]) -> str:
    return f"cluster{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _listed(values: Iterable[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)
