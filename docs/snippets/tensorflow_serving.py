"""A client of TensorFlow Serving: ``pip install numpy requests``. Run it in a bundle's folder.

The server: docker run -p 8501:8501 -v "$PWD/saved_model:/models/zoo/1" -e MODEL_NAME=zoo tensorflow/serving
"""

import os

import numpy as np
import requests

ADDRESS = os.environ.get("SERVING", "http://127.0.0.1:8501") + "/v1/models/zoo:predict"


def run(**inputs):
    """Arrays by their names in contract.json → the images that come out."""
    columns = {name: array.tolist() for name, array in inputs.items()}
    body = {"signature_name": "serving_default", "inputs": columns}
    answer = requests.post(ADDRESS, json=body, timeout=60)
    answer.raise_for_status()
    return np.array(answer.json()["outputs"], np.float32)


def run_rows(**inputs):
    """The same, with an object for each example."""
    count = len(next(iter(inputs.values())))
    rows = [{name: array[i].tolist() for name, array in inputs.items()} for i in range(count)]
    body = {"signature_name": "serving_default", "instances": rows}
    answer = requests.post(ADDRESS, json=body, timeout=60)
    answer.raise_for_status()
    return np.array(answer.json()["predictions"], np.float32)


(expected,) = np.load("golden/outputs.npz").values()
print("largest difference:", np.abs(run(**np.load("golden/inputs.npz")) - expected).max())
