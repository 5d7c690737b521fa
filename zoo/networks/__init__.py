"""Networks, one file each; functions that build functional Keras models."""
