"""What a bundle can be made from: a file for each kind of source."""

from zoo.renamed import moved

__getattr__ = moved(
    __name__,
    {"export_run": "training_run", "export_checkpoint": "reference_weights", "export_foreign": "foreign"},
)
