"""A shop's catalogue: reading ``data.csv``."""

from zoo.data.catalogue.reading import Catalogue, read_catalogue, write_image_attributes

__all__ = ["Catalogue", "read_catalogue", "write_image_attributes"]
