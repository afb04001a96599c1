"""The desk's pages: each is a page, JSON and CSV under the same address."""
