"""Measurements that are too long for tests: how good, how fast, against whom."""
