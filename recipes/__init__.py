"""Commands, one file each: ``python -m recipes.NAME``."""
