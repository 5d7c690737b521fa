"""A shop's catalogue: reading ``data.csv``."""

from zoo.data.catalogue.attribute_table import write_image_attributes
from zoo.data.catalogue.reading import Catalogue, read_catalogue

__all__ = ["Catalogue", "read_catalogue", "write_image_attributes"]
