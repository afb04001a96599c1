"""The desk's pages: each is available as page, JSON and CSV under the same address."""
