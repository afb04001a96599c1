"""The two stages: what each does with a chunk, and the Faust agent that calls it."""
