"""A fashion catalogue drawn from a seed: products, model shots and their table, nothing downloaded."""

from zoo.data.sample_catalogue.writer import COLUMNS, VERSION, write_sample_catalogue

__all__ = ["COLUMNS", "VERSION", "write_sample_catalogue"]
