"""Readers of files: lines, feeds, wire items, pages and web archives become raw events."""
