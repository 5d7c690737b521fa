"""Pairs of images, and images with attributes, whatever folder they came from."""
