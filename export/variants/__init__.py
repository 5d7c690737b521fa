"""Other forms of a bundle's ONNX file, a file each; ``registry.VARIANTS`` lists them."""

from zoo.renamed import moved

__getattr__ = moved(__name__, {"parse_variants": "files", "write_variants": "files"})
