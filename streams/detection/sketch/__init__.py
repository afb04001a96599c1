"""An article's text and fields as fixed-size records: tokens, facts, sketches, entries."""
