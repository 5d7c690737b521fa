"""Sizes of images that residual generators allow: they halve images twice."""

SIZE_MULTIPLE = 4
SMALLEST = 16  # reflected borders, and statistics of what is a quarter of it, need some pixels
