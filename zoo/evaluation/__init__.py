"""Measuring a trained model on held-out images: metrics, the attribute evaluator, baselines."""
