"""Other forms of a bundle's ONNX file, a file each; ``registry.VARIANTS`` lists them."""
