"""A day of invented news: stories, the publishers that republish them, and the raw events."""
