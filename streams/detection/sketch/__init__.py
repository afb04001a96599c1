"""An article's text and fields as records of a fixed size: tokens, facts, sketches, entries."""
