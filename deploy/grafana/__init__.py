"""Grafana dashboards as code: what each panel asks, and how it is written for Grafana."""
