"""A shop's catalogue: reading ``data.csv``."""
