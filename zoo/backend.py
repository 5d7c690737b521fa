"""Decides, for the whole project, which Keras is used: the Keras 2 API on either stack.

Keras 3 cannot train a model with its own ``train_step`` under ``tf.distribute``
(keras-team/keras issue 20585), so TensorFlow 2.16 and later use ``tf_keras``.
Import ``keras`` from here and nowhere else.
"""

import tensorflow as tf

if tuple(int(part) for part in tf.__version__.split(".")[:2]) < (2, 16):
    import keras
else:
    import tf_keras as keras

__all__ = ["keras", "tf"]
