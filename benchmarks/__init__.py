"""Measurements, as ratios taken in one run: `python -m benchmarks` runs all in a short form."""
