"""Initial weights of the references."""

from zoo.backend import keras


def normal(seed: int, mean: float = 0.0) -> keras.initializers.Initializer:
    """N(mean, 0.02): mean 0 for kernels, 1 for the scales of batch normalisation.

    As ``init_weights``, kind "normal", of the pix2pix and CycleGAN reference.
    """
    return keras.initializers.RandomNormal(mean=mean, stddev=0.02, seed=seed)


def torch_kernel(seed: int) -> keras.initializers.Initializer:
    """PyTorch's default for the kernel of a convolution, transposed or not: U(-b, b), b = 1 / √fan_in.

    That is He's uniform initialisation with a = √5. The fan-in of a transposed convolution is
    its *output* channels times the kernel's area, in PyTorch as in Keras.
    """
    return keras.initializers.VarianceScaling(1 / 3, mode="fan_in", distribution="uniform", seed=seed)


def torch_bias(fan_in: int, seed: int) -> keras.initializers.Initializer:
    """PyTorch's default for a bias: U(-b, b), b = 1 / √fan_in of its kernel."""
    bound = fan_in**-0.5
    return keras.initializers.RandomUniform(-bound, bound, seed=seed)


def kaiming(seed: int) -> keras.initializers.Initializer:
    """N(0, √(2 / inputs of a unit)) for kernels (He et al. 2015), as MUNIT's generators.

    Not truncated, unlike Keras' ``HeNormal``.
    """
    return keras.initializers.VarianceScaling(2.0, "fan_in", "untruncated_normal", seed=seed)


class SeedSequence:
    """Gives each weight of a network its own seed: ``seeds()`` → 0, 1, 2, … from a start."""

    def __init__(self, start: int) -> None:
        self._next = start * 10_000

    def __call__(self) -> int:
        self._next += 1
        return self._next
