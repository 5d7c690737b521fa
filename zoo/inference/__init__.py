"""Using a trained model, from a run, a bundle or a reference checkpoint."""
