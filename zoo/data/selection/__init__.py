"""What is taken of a data set: its pairs in a direction, images with some attributes, two domains."""
