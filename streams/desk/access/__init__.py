"""Who may see the desk, and who changes something there."""
