"""TensorFlow: ``pip install tensorflow``. Run it in a bundle's folder."""

import numpy as np
import tensorflow as tf

model = tf.saved_model.load("saved_model")  # kept: the signature does not hold its variables
signature = model.signatures["serving_default"]


def run(**inputs):
    """Arrays by their names in contract.json → the images that come out."""
    (pictures,) = signature(**{name: tf.constant(array) for name, array in inputs.items()}).values()
    return pictures.numpy()


(expected,) = np.load("golden/outputs.npz").values()
print("largest difference:", np.abs(run(**np.load("golden/inputs.npz")) - expected).max())
