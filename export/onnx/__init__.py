"""Conversion to ONNX, and the passes that make its graph smaller, faster and free in size."""
