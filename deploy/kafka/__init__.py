"""A real Kafka broker without an installation, for the demo, tests and benchmarks."""
