"""Adversarial and reconstruction losses as pure functions.

Every function reduces over all axes but the batch and returns one value an example,
shape (N,), in the dtype of its input. The caller averages over the *global* batch, so that
gradients do not depend on how a batch is spread over replicas.
"""

from zoo.backend import tf


def per_example_mean(values: tf.Tensor) -> tf.Tensor:
    """Mean over every axis but the first: (N, ...) → (N,)."""
    return tf.reduce_mean(values, axis=list(range(1, values.shape.rank)))


def vanilla_adversarial(logits: tf.Tensor, real: bool) -> tf.Tensor:
    """Binary cross-entropy of logits with 1 (``real``) or 0, averaged over patches.

    Goodfellow et al. 2014, eq. 1; as ``gan_mode='vanilla'`` of the pix2pix reference.
    For a generator, ``real=True`` on fakes is the non-saturating form.

    Args:
        logits: (N, h, w, 1) or (N, 1), unbounded.
        real: the label that the logits are held to.
    """
    # softplus(-x) = -log σ(x); softplus(x) = -log(1 - σ(x)), both stable for large |x|
    return per_example_mean(tf.math.softplus(-logits if real else logits))


def l1(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """Mean absolute difference of two batches of images, (N, H, W, C) → (N,)."""
    return per_example_mean(tf.abs(a - b))
