"""Which earlier articles a new one resembles, and what it is to each of them."""
