"""Initial weights of the pix2pix and CycleGAN references (``init_weights``, kind "normal")."""

from zoo.backend import keras


def normal(seed: int, mean: float = 0.0) -> keras.initializers.Initializer:
    """N(mean, 0.02): mean 0 for kernels, 1 for the scales of batch normalisation."""
    return keras.initializers.RandomNormal(mean=mean, stddev=0.02, seed=seed)


class SeedSequence:
    """Gives each weight of a network a seed of its own: ``seeds()`` → 0, 1, 2, … from a start."""

    def __init__(self, start: int) -> None:
        self._next = start * 10_000

    def __call__(self) -> int:
        self._next += 1
        return self._next
