"""Metrics, baselines and the benchmark."""
