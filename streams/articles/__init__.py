"""Raw events to clean articles. Knows no Kafka, no clock, no settings: all are arguments."""
