"""What the worker measures: names, help texts and closed lists of labels, and how it is exposed."""

from streams.metrics.catalogue import Metrics

__all__ = ["Metrics"]
