"""Adversarial and reconstruction losses as pure functions.

Every function reduces over all axes but the batch and returns one value an example,
shape (N,), in the dtype of its input. The caller averages over the *global* batch, so that
gradients do not depend on how a batch is spread over replicas.
"""

from collections.abc import Callable

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


def saturating_adversarial(logits: tf.Tensor) -> tf.Tensor:
    """``log(1 - σ(logits))``, averaged over patches: what a generator minimises in the minimax game.

    Goodfellow et al. 2014, eq. 1. Its gradient vanishes where the discriminator is sure;
    ``vanilla_adversarial(logits, real=True)`` is the form that does not.
    """
    return per_example_mean(-tf.math.softplus(logits))


def least_squares_adversarial(scores: tf.Tensor, real: bool) -> tf.Tensor:
    """Squared distance of scores from 1 (``real``) or 0, averaged over patches (Mao et al. 2017, eq. 9)."""
    return per_example_mean(tf.square(scores - 1 if real else scores))


def l2(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """Mean squared difference, (N, ...) → (N,)."""
    return per_example_mean(tf.math.squared_difference(a, b))


def cross_entropy(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """``-log softmax(logits)[label]``: (N, K) and integers (N,) below K → (N,)."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)


def binary_cross_entropy(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Binary cross-entropy of logits with labels of [0, 1], element by element, in any shape."""
    return tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)


def wasserstein_adversarial(scores: tf.Tensor, real: bool) -> tf.Tensor:
    """Critic's scores averaged over patches, negated for ``real``: a critic drives the two sides apart.

    Arjovsky et al. 2017, eq. 2. For a generator, ``real=True`` on fakes. Unbounded on both sides.
    """
    return per_example_mean(-scores if real else scores)


def gradient_penalty(
    critic: Callable[[tf.Tensor], tf.Tensor], real: tf.Tensor, fake: tf.Tensor, alpha: tf.Tensor
) -> tf.Tensor:
    """``(‖∇ Σ critic(x̂)‖₂ - 1)²`` at ``x̂ = alpha · real + (1 - alpha) · fake``, an example → (N,).

    Gulrajani et al. 2017, eq. 3. The sum is over patches, the norm over an example's whole
    gradient. Through a norm of 0 no gradient flows, where the root's own would be infinite.

    Args:
        critic: images → scores (N, h, w, 1); twice differentiable in its weights' dtype.
        real: images (N, H, W, C).
        fake: as ``real``.
        alpha: (N, 1, 1, 1) of [0, 1).
    """
    between = alpha * real + (1 - alpha) * fake
    with tf.GradientTape() as tape:
        tape.watch(between)
        scores = critic(between)
    squared = tf.reduce_sum(tf.square(tape.gradient(scores, between)), axis=[1, 2, 3])
    steep = squared > 0
    norm = tf.where(steep, tf.sqrt(tf.where(steep, squared, tf.ones_like(squared))), tf.zeros_like(squared))
    return tf.square(norm - 1)
