"""Benchmarks of speed and scale, each against a peer in the same run."""
