"""echowire: raw article events in, enriched events with detected copies out."""
