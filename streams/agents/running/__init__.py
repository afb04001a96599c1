"""What runs the stages: chunks in order, processes for pages, and how a worker ends."""
