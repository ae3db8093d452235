"""Benchmarks, which compare variants in one run: `python -m benchmarks` is a short form of all."""
