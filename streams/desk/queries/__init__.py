"""What the pages ask of the read model, as plain dictionaries."""
