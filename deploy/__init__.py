"""What surrounds the service where it runs: brokers, containers, dashboards."""
