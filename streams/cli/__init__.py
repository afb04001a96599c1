"""The `echowire` command."""
