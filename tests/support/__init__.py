"""Shared by tests of several folders: clusters, secured brokers, ACLs."""
