"""Generators that other projects trained: Keras 2 files and SavedModels."""
