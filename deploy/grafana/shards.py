"""The dashboard *Shards*: the index, its recovery, and its hot spots."""

from __future__ import annotations

from deploy.grafana.panels import GREEN, RED, YELLOW, Board, Panel, Query, Row, Threshold

_ENV = 'environment="$environment"'
_SHARD = f'{_ENV},shard=~"$shard"'

_WINDOW = Row(
    "The window",
    (
        Panel(
            "Articles in the window",
            "Per shard. Normal: level once the stream has run for as long as the window; the red"
            " line is the capacity of a shard.",
            "short",
            (
                Query(f"echowire_index_articles{{{_SHARD}}}", "shard {{shard}}"),
                Query(f"max(echowire_window_articles{{{_ENV}}})", "capacity"),
            ),
        ),
        Panel(
            "Age of the oldest article",
            "Normal: grows to the length of the window and stays there. If it stays lower on an"
            " old stream, articles are forgotten early.",
            "s",
            (
                Query(f"echowire_index_oldest_seconds{{{_SHARD}}}", "shard {{shard}}"),
                Query(f"max(echowire_window_seconds{{{_ENV}}})", "window"),
            ),
        ),
        Panel(
            "Articles forgotten early",
            "Evicted by newer ones while still in the window: raise `window_articles`. Normal: 0.",
            "articles/s",
            (
                Query(
                    "sum by (instance)"
                    f" (rate(echowire_index_early_evictions_total{{{_ENV}}}[$__rate_interval]))",
                    "{{instance}}",
                ),
            ),
            thresholds=(Threshold(None, GREEN), Threshold(0.001, RED)),
            width=8,
        ),
        Panel(
            "Stories in the window",
            "Stories of two or more articles.",
            "short",
            (Query(f"echowire_index_stories{{{_SHARD}}}", "shard {{shard}}"),),
            width=8,
        ),
        Panel(
            "Retention of the topics that recovery reads",
            "Must exceed the window: a restarted shard recovers only what is still there.",
            "s",
            (
                Query(f"min by (topic) (echowire_topic_retention_seconds{{{_ENV}}})", "{{topic}}"),
                Query(f"max(echowire_window_seconds{{{_ENV}}})", "window"),
            ),
            width=8,
            empty_when="the topics keep their records forever",
        ),
    ),
)

_INDEX = Row(
    "The index",
    (
        Panel(
            "Places in use",
            "Sampled. Above 80 %, keys begin to displace each other: raise `window_articles`.",
            "percentunit",
            (Query(f"echowire_index_fill_ratio{{{_SHARD}}}", "shard {{shard}}"),),
            thresholds=(Threshold(None, GREEN), Threshold(0.8, YELLOW)),
            width=8,
        ),
        Panel(
            "Crowded slots",
            "Slots where the next key displaces one that is still in the window. This costs an"
            " article a few keys, not the article itself; an alert fires at 50 %.",
            "percentunit",
            (Query(f"echowire_index_crowded_slots_ratio{{{_SHARD}}}", "shard {{shard}}"),),
            thresholds=(Threshold(None, GREEN), Threshold(0.5, RED)),
            width=8,
        ),
        Panel(
            "Hot slots",
            "Slots filled by one key: a phrase that many articles share. Only its newest few are"
            " candidates. Normal: under 1 %.",
            "percentunit",
            (Query(f"echowire_index_hot_slots_ratio{{{_SHARD}}}", "shard {{shard}}"),),
            thresholds=(Threshold(None, GREEN), Threshold(0.01, YELLOW)),
            width=8,
        ),
    ),
)

_RECOVERY = Row(
    "Recovery and moves",
    (
        Panel(
            "Segments left to recover",
            "After a start or a move. Falls to 0 within seconds or minutes; if it stays above 0,"
            " recovery is stuck.",
            "short",
            (Query(f"echowire_recovery_left_segments{{{_SHARD}}}", "shard {{shard}}"),),
            width=8,
        ),
        Panel(
            "Articles recovered a second",
            "While shards are being recovered; 0 otherwise.",
            "articles/s",
            (
                Query(
                    "sum by (instance)"
                    f" (rate(echowire_recovered_articles_total{{{_ENV}}}[$__rate_interval]))",
                    "{{instance}}",
                ),
            ),
            width=8,
        ),
        Panel(
            "Partitions of each worker",
            "By stage. Normal: spread evenly; a step is a rebalance.",
            "short",
            (
                Query(
                    f"echowire_assigned_partitions{{{_ENV}}}",
                    "{{instance}} {{stage}}",
                ),
            ),
            width=8,
        ),
        Panel(
            "Records skipped after a restart",
            "Decided before it: their outputs were confirmed. A burst after a restart is normal.",
            "records/s",
            (
                Query(
                    "sum by (instance)"
                    f" (rate(echowire_records_replayed_total{{{_ENV}}}[$__rate_interval]))",
                    "{{instance}}",
                ),
            ),
        ),
        Panel(
            "Redeliveries",
            "The same item with the same text again. A steady share is a producer that resends.",
            "articles/s",
            (
                Query(
                    f"sum(rate(echowire_redeliveries_total{{{_ENV}}}[$__rate_interval]))",
                    "redeliveries",
                ),
            ),
        ),
    ),
)

SHARDS = Board(
    "echowire-shards",
    "echowire: Shards",
    "The index of each shard: its window, how full it is, its recovery and its hot spots.",
    (_WINDOW, _INDEX, _RECOVERY),
    (("shard", "echowire_index_articles"),),
)
