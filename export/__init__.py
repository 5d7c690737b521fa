"""Turns a trained generator into a bundle: SavedModel, ONNX, contract, card, golden files and proof."""
