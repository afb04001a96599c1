"""Articles with a known answer, by which a worker checks its own verdicts."""
