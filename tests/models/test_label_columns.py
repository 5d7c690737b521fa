"""Labels become the columns that the reference feeds its networks, and losses that pass over the unknown."""

import numpy as np

from zoo.attributes import UNKNOWN, Attribute
from zoo.backend import tf
from zoo.models.stargan.label_columns import choice_columns, classification_loss, count_columns, label_columns

ATTRIBUTES = (Attribute("plain", ("no", "yes")), Attribute("length", ("short", "knee", "long")))
LABELS = np.array([[0, 2], [1, 0], [UNKNOWN, 1], [1, UNKNOWN]], "int32")
COLUMNS = [[0, 0, 0, 1], [1, 1, 0, 0], [0.5, 0, 1, 0], [1, 0, 0, 0]]
LOGITS = np.random.default_rng(0).normal(0, 2, (4, 4))


def test_a_yes_or_no_is_one_column_and_any_other_attribute_one_a_value() -> None:
    assert count_columns(ATTRIBUTES) == 4
    for dtype in (tf.float32, tf.float64):
        columns = label_columns(ATTRIBUTES, LABELS, dtype)
        assert columns.dtype == dtype
        np.testing.assert_array_equal(columns, COLUMNS)


def test_choices_make_the_columns_that_training_had() -> None:
    """What is exported takes one-hot choices; zeros are the 'keep' that an unknown label is in training."""
    choices = {
        "plain": tf.constant([[1.0, 0], [0, 1], [0, 0], [0, 1]]),
        "length": tf.constant([[0.0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 0]]),
    }
    np.testing.assert_array_equal(choice_columns(ATTRIBUTES, choices), COLUMNS)


def test_loss_is_the_sum_of_the_known_attributes_cross_entropies() -> None:
    """Written out: -log σ, -log (1 - σ) and -log softmax of the label's own logit."""

    def no(logit: float) -> float:
        return np.log(1 + np.exp(logit))

    def place(logits: np.ndarray, label: int) -> float:
        return np.log(np.exp(logits).sum()) - logits[label]

    a, b, c, d = LOGITS
    expected = [no(a[0]) + place(a[1:], 2), no(-b[0]) + place(b[1:], 0), place(c[1:], 1), no(-d[0])]
    loss = classification_loss(ATTRIBUTES, tf.constant(LOGITS), LABELS)
    assert loss.dtype == tf.float64
    np.testing.assert_allclose(loss, expected, rtol=1e-12)


def test_an_unknown_label_pulls_at_no_logit() -> None:
    logits = tf.Variable(LOGITS)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(classification_loss(ATTRIBUTES, logits, LABELS))
    zero = tape.gradient(loss, logits).numpy() == 0
    expected = np.zeros((4, 4), bool)
    expected[2, 0] = expected[3, 1:] = True
    np.testing.assert_array_equal(zero, expected)
