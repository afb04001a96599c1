"""Articles to verdicts. Knows no Kafka, no clock, no settings: all are arguments."""
