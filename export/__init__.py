"""Turns a trained generator into a bundle: SavedModel, ONNX, contract, card, golden files and proof."""

import zoo  # noqa: F401 - whose finder knows former names of this package, too
