"""Feeding images to training: streams in a reproducible order, prepared files, the input service."""
