"""Labels of attributes as columns of numbers, as StarGAN conditions on them and classifies them.

An attribute with the values ("no", "yes") is one column, 0 or 1, and 0.5 where the label is
unknown; any other is a column a value, 1 in the value's place, and all 0 where it is unknown. Such
a block of 0.5 or zeros is called 'keep'. Attributes follow each other in their order.
"""

from collections.abc import Mapping, Sequence

from zoo.attributes import UNKNOWN, Attribute
from zoo.backend import tf
from zoo.losses import binary_cross_entropy, cross_entropy


def width(attribute: Attribute) -> int:
    """Columns of an attribute."""
    return 1 if attribute.binary else len(attribute.values)


def count_columns(attributes: Sequence[Attribute]) -> int:
    """Columns of all of them."""
    return sum(map(width, attributes))


def label_columns(attributes: Sequence[Attribute], labels: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    """Labels, int32 (N, len(attributes)) with ``UNKNOWN``, as columns of ``dtype``, (N, columns)."""
    blocks = []
    for attribute, label in zip(attributes, tf.unstack(labels, axis=1), strict=True):
        if attribute.binary:
            half = tf.constant(0.5, dtype)
            blocks.append(tf.where(label == UNKNOWN, half, tf.cast(label, dtype))[:, tf.newaxis])
        else:
            blocks.append(tf.one_hot(label, len(attribute.values), dtype=dtype))  # zeros for UNKNOWN
    return tf.concat(blocks, axis=1)


def choice_columns(attributes: Sequence[Attribute], choices: Mapping[str, tf.Tensor]) -> tf.Tensor:
    """One-hot choices as columns, (N, columns).

    Args:
        attributes: in the order of the columns.
        choices: for each attribute's name (N, len(values)), 1 at the value's index and 0 elsewhere,
            for ("no", "yes") too; all 0 is 'keep'.
    """
    blocks = []
    for attribute in attributes:
        choice = choices[attribute.name]
        blocks.append((1 + choice[:, 1:] - choice[:, :1]) / 2 if attribute.binary else choice)
    return tf.concat(blocks, axis=1)


def classification_loss(attributes: Sequence[Attribute], logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of logits with labels, summed over the attributes whose label is known.

    Binary for ("no", "yes"), softmax over its values for any other attribute.

    Args:
        attributes: in the order of the columns.
        logits: (N, columns).
        labels: int32 (N, len(attributes)); ``UNKNOWN`` adds nothing.

    Returns:
        (N,), in the logits' dtype.
    """
    total = tf.zeros_like(logits[:, 0])
    blocks = tf.split(logits, [width(attribute) for attribute in attributes], axis=1)
    for attribute, block, label in zip(attributes, blocks, tf.unstack(labels, axis=1), strict=True):
        any_label = tf.maximum(label, 0)  # the losses know no UNKNOWN
        if attribute.binary:
            loss = binary_cross_entropy(block[:, 0], tf.cast(any_label, logits.dtype))
        else:
            loss = cross_entropy(block, any_label)
        total += tf.where(label == UNKNOWN, tf.zeros_like(loss), loss)
    return total
