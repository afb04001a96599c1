"""How well pages are taken apart: real ones, and ones built from articles that are known."""
