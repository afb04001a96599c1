"""What tests of several folders need: clusters, secured brokers, ACLs."""
