"""Metrics, one file each; importing them needs no TensorFlow."""

from zoo.evaluation.metrics.metric import Metric
from zoo.evaluation.metrics.registry import METRICS, NOT_METRICS, comparable, in_order, measured_by, metric

__all__ = ["METRICS", "NOT_METRICS", "Metric", "comparable", "in_order", "measured_by", "metric"]
