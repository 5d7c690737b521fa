"""OpenCV 5's DNN module: ``pip install opencv-python-headless``. Run it in a bundle's folder."""

import cv2
import numpy as np

network = cv2.dnn.readNetFromONNX("model.onnx")


def run(**inputs):
    """Arrays by their names in contract.json (RGB, not BGR) → the images that come out."""
    for name, array in inputs.items():
        network.setInput(array, name)
    return network.forward()


(expected,) = np.load("golden/outputs.npz").values()
print("largest difference:", np.abs(run(**np.load("golden/inputs.npz")) - expected).max())
