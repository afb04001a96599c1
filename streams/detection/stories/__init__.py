"""What verdicts add up to: stories, their originals, their events and their records."""
