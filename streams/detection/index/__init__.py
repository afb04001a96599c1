"""A shard's memory: rows, the index of their keys, segments, and which of a chunk is new."""
