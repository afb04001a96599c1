"""The dashboard *Dead letters*: what is rejected, and what is dropped from accepted articles."""

from __future__ import annotations

from deploy.grafana.panels import GREEN, RED, YELLOW, Board, Panel, Query, Row, Threshold

_ENV = 'environment="$environment"'

_GLANCE = Row(
    "At a glance",
    (
        Panel(
            "Share refused",
            "Of the raw records of the last 15 minutes. Normal: under 1 %; an alert fires at 5 %.",
            "percentunit",
            (Query(f"environment:echowire_dead_letter_share:ratio15m{{{_ENV}}}"),),
            kind="stat",
            thresholds=(Threshold(None, GREEN), Threshold(0.01, YELLOW), Threshold(0.05, RED)),
            width=8,
        ),
        Panel(
            "Refused in the last hour",
            "Records on the dead-letter topic: their original bytes, with the reason in headers.",
            "short",
            (Query(f"sum(increase(echowire_records_rejected_total{{{_ENV}}}[1h]))"),),
            kind="stat",
            width=8,
        ),
        Panel(
            "Unknown fields in the last hour",
            "Fields outside the contract, which are ignored. A step means that a producer has"
            " changed.",
            "short",
            (Query(f"sum(increase(echowire_fields_unknown_total{{{_ENV}}}[1h]))"),),
            kind="stat",
            width=8,
        ),
    ),
)

_REASONS = Row(
    "Why",
    (
        Panel(
            "Refused, by reason",
            "`not_json`, `not_utf8`, `invalid_field`: a producer's fault. `no_article`: pages"
            " without an article. `too_large`: raise `record_bytes` or send less.",
            "records/s",
            (
                Query(
                    "sum by (reason)"
                    f" (rate(echowire_records_rejected_total{{{_ENV}}}[$__rate_interval]))",
                    "{{reason}}",
                ),
            ),
            kind="stacked",
            width=24,
        ),
        Panel(
            "Refused in the last hour, by reason",
            "The same as counts.",
            "short",
            (
                Query(
                    f"sum by (reason) (increase(echowire_records_rejected_total{{{_ENV}}}[1h]))",
                    "{{reason}}",
                ),
            ),
            kind="bars",
        ),
        Panel(
            "Fields dropped from accepted articles, last hour",
            "Impossible dates, invalid addresses, control characters: the article is accepted"
            " without them.",
            "short",
            (
                Query(
                    f"sum by (field) (increase(echowire_fields_dropped_total{{{_ENV}}}[1h]))",
                    "{{field}}",
                ),
            ),
            kind="bars",
        ),
    ),
)

DEAD_LETTERS = Board(
    "echowire-dead-letters",
    "echowire: Dead letters",
    "What is rejected and why, and what is dropped from accepted articles.",
    (_GLANCE, _REASONS),
)
