"""echowire: raw article events in, enriched events with their copies found out."""
