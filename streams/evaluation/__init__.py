"""How good verdicts are, measured on labelled articles."""
