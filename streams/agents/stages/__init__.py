"""What the stages do with a chunk of records: normalise it, or decide it."""
