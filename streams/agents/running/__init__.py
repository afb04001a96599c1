"""What runs the stages: chunks in their order, processes for pages, and how a worker ends."""
