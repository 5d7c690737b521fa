"""Stands in for TensorFlow Serving, which is in no package index: its REST interface, as documented.

https://www.tensorflow.org/tfx/serving/api_rest: ``{"signature_name", "inputs": {name: batch}}`` is answered
by ``{"outputs"}``, ``"instances": [{name: example}]`` by ``{"predictions"}``; a single output has no name.
"""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import tensorflow as tf


def predict(model: tf.Module, request: dict) -> dict:
    """Answer a request; ValueError for one that TensorFlow Serving would refuse."""
    signature = model.signatures[request.get("signature_name", "serving_default")]
    if ("inputs" in request) == ("instances" in request):
        raise ValueError("either inputs or instances")
    columns = request.get("inputs")
    if columns is None:
        rows = request["instances"]
        columns = {name: [row[name] for row in rows] for name in rows[0]}
    specs = signature.structured_input_signature[1]
    if set(columns) != set(specs):
        raise ValueError(f"inputs are {sorted(specs)}, not {sorted(columns)}")
    results = signature(**{name: tf.constant(columns[name], spec.dtype) for name, spec in specs.items()})
    outputs = {name: tensor.numpy().tolist() for name, tensor in results.items()}
    answer = next(iter(outputs.values())) if len(outputs) == 1 else outputs
    return {"outputs" if "inputs" in request else "predictions": answer}


def in_bundle() -> None:
    """Serve the bundle in this folder on a free port, which ``SERVING`` in the environment names."""
    model = tf.saved_model.load("saved_model")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                answer, status = predict(model, request), 200
            except (KeyError, ValueError) as error:
                answer, status = {"error": str(error)}, 400
            body = json.dumps(answer).encode()
            self.send_response(status if self.path == "/v1/models/zoo:predict" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    os.environ["SERVING"] = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
