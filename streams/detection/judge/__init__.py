"""Which earlier articles a new one resembles, and how it relates to each of them."""
