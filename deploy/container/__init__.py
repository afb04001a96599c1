"""The container image, and a rehearsal of it where there is no container engine."""
