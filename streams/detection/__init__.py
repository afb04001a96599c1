"""From articles to verdicts. Knows no Kafka, clock or settings: all of these are arguments."""
