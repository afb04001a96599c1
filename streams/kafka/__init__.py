"""The Kafka edge: chunks in, confirmed batches out."""
