"""A shard's memory: rows, the index of their keys, segments, and what is new in a chunk."""
