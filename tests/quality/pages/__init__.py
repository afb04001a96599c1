"""How well pages are split into articles: real pages, and pages built from known articles."""
