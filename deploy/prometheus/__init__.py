"""Prometheus: its configuration, its rules, and a server of our own for tests and pictures."""
