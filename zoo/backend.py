"""Decides, for the whole project, which Keras is used: the Keras 2 API on either stack.

Keras 3 cannot train a model with its own ``train_step`` under ``tf.distribute``
(keras-team/keras issue 20585), so TensorFlow 2.16 and later use ``tf_keras``.
Import ``keras`` from here and nowhere else.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _quiet_start() -> Iterator[None]:
    """Drop what TensorFlow's C++ says as it starts, if ``TF_CPP_MIN_LOG_LEVEL`` asks for silence.

    TensorFlow 2.21 prints a few lines before it respects that variable.
    """
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL") != "3":
        yield
        return
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


with _quiet_start():
    import tensorflow as tf

    if tuple(int(part) for part in tf.__version__.split(".")[:2]) < (2, 16):
        import keras
    else:
        import tf_keras as keras

__all__ = ["keras", "tf"]
