"""TensorFlow Lite: ``pip install tensorflow``. Run it in a bundle's folder."""

import numpy as np
import tensorflow as tf

converter = tf.lite.TFLiteConverter.from_saved_model("saved_model", signature_keys=["serving_default"])
content = converter.convert()  # the .tflite file
signature = tf.lite.Interpreter(model_content=content).get_signature_runner("serving_default")


def run(**inputs):
    """Arrays by their names in contract.json → the images that come out."""
    (pictures,) = signature(**inputs).values()
    return pictures


(expected,) = np.load("golden/outputs.npz").values()
print("largest difference:", np.abs(run(**np.load("golden/inputs.npz")) - expected).max())
