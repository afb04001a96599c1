"""The dashboard *Stream*, which answers: is it flowing."""

from __future__ import annotations

from deploy.grafana.panels import GREEN, RED, YELLOW, Board, Panel, Query, Row, Threshold, quantiles

_ENV = 'environment="$environment"'
_TOPIC = f'{_ENV},topic=~"$topic"'

_GLANCE = Row(
    "At a glance",
    (
        Panel(
            "Workers ready",
            "Workers that have partitions, a connected producer and recovered shards. Normal: as"
            " many as were started.",
            "short",
            (Query(f"sum(echowire_ready{{{_ENV}}})", "ready"),),
            kind="stat",
            thresholds=(Threshold(None, RED), Threshold(1, GREEN)),
            width=4,
        ),
        Panel(
            "Articles a second",
            "Raw records consumed, averaged over five minutes. World news is 20 to 50 a second.",
            "records/s",
            (Query(f'sum(rate(echowire_records_consumed_total{{{_ENV},stage="normalise"}}[5m]))'),),
            kind="stat",
            width=4,
        ),
        Panel(
            "Waiting records",
            "Records in the input topics that no worker has handled. Normal: under a few hundred;"
            " it falls quickly after a pause.",
            "short",
            (Query(f"sum(echowire_lag_records{{{_TOPIC}}})"),),
            kind="stat",
            thresholds=(Threshold(None, GREEN), Threshold(1000, YELLOW), Threshold(10_000, RED)),
            width=4,
        ),
        Panel(
            "Behind by",
            "Age of the newest record handled while others wait, in the slower stage. Normal: 0;"
            " an alert fires at five minutes.",
            "s",
            (Query(f"max(echowire_lag_seconds{{{_ENV}}})"),),
            kind="stat",
            thresholds=(Threshold(None, GREEN), Threshold(60, YELLOW), Threshold(300, RED)),
            width=4,
        ),
        Panel(
            "Late articles",
            "Share of the last hour's articles whose verdict took longer than a second from the"
            " record's time. The objective allows 1 %. Records over an hour old are replays and"
            " are not counted.",
            "percentunit",
            (Query(f"environment:echowire_late_share:ratio1h{{{_ENV}}}"),),
            empty_when="all records of the last hour were over an hour old",
            kind="stat",
            thresholds=(Threshold(None, GREEN), Threshold(0.01, YELLOW), Threshold(0.144, RED)),
            width=4,
        ),
        Panel(
            "Stalled partitions",
            "Partitions that have not moved for a minute although records wait. Normal: 0.",
            "short",
            (Query(f"sum(echowire_stalled_partitions{{{_ENV}}})"),),
            kind="stat",
            thresholds=(Threshold(None, GREEN), Threshold(1, RED)),
            width=4,
        ),
    ),
)

_FLOW = Row(
    "Flow",
    (
        Panel(
            "Records consumed",
            "By stage. Both lines move together: detection gets about one article per raw"
            " record that is not rejected.",
            "records/s",
            (
                Query(
                    "sum by (stage)"
                    f" (rate(echowire_records_consumed_total{{{_ENV}}}[$__rate_interval]))",
                    "{{stage}}",
                ),
            ),
        ),
        Panel(
            "Waiting records by partition",
            "If one line rises alone, its partition is stalled; if all rise, there are too few"
            " workers.",
            "short",
            (Query(f"echowire_lag_records{{{_TOPIC}}}", "{{topic}} [{{partition}}]"),),
        ),
        Panel(
            "From record time to outputs",
            "Normal: a median under 0.1 s, a 99th percentile under 1 s (the red line). Records over"
            " an hour old are replays and are not counted.",
            "s",
            quantiles("echowire_end_to_end_seconds", _ENV),
            thresholds=(Threshold(None, GREEN), Threshold(1, RED)),
            empty_when="all records were over an hour old",
        ),
        Panel(
            "Freshness: from publication to normalised",
            "By the articles' own `published_at`. It says more about producers than about this"
            " service: minutes for feeds, hours for crawlers.",
            "s",
            quantiles("echowire_freshness_seconds", _ENV),
            empty_when="no article had a `published_at`",
        ),
    ),
)

_WORK = Row(
    "Work",
    (
        Panel(
            "Time to process a chunk",
            "Normal: milliseconds; up to a second for a full chunk of pages.",
            "s",
            quantiles("echowire_work_seconds", _ENV),
            width=8,
        ),
        Panel(
            "Time until outputs were confirmed",
            "The broker's share. If it rises alone, look at the cluster: disks, replication.",
            "s",
            quantiles("echowire_publish_seconds", _ENV),
            width=8,
        ),
        Panel(
            "Records in a chunk",
            "Small chunks under low load, hundreds under high load. At `chunk_records` the"
            " worker is saturated.",
            "short",
            quantiles("echowire_chunk_records", _ENV),
            width=8,
        ),
        Panel(
            "Bytes fetched and published",
            "Uncompressed. Fetched: the values of the records consumed; published: whole batches.",
            "Bps",
            (
                Query(
                    f"sum by (stage) (rate(echowire_chunk_bytes_sum{{{_ENV}}}[$__rate_interval]))",
                    "{{stage}} fetched",
                ),
                Query(
                    "sum by (stage)"
                    f" (rate(echowire_published_bytes_total{{{_ENV}}}[$__rate_interval]))",
                    "{{stage}} published",
                ),
            ),
            width=8,
        ),
        Panel(
            "CPU used by each worker",
            "1 is one core fully used, which is all a worker's own process can use; separate"
            " processes read pages and are not counted here.",
            "percentunit",
            (
                Query(
                    f'rate(process_cpu_seconds_total{{{_ENV},job="echowire"}}[$__rate_interval])',
                    "{{instance}}",
                ),
            ),
            thresholds=(Threshold(None, GREEN), Threshold(0.9, RED)),
            width=8,
        ),
        Panel(
            "Memory used, of the limit",
            "The worker and its normalising processes together. Normal: flat once the window is"
            " full; an alert fires at 90 %.",
            "percentunit",
            (
                Query(
                    f"echowire_memory_used_bytes{{{_ENV}}} / echowire_memory_limit_bytes{{{_ENV}}}",
                    "{{instance}}",
                ),
            ),
            thresholds=(Threshold(None, GREEN), Threshold(0.9, RED)),
            width=8,
        ),
    ),
)

STREAM = Board(
    "echowire-stream",
    "echowire: Stream",
    "Is it flowing? Rates, waiting records, latency, and what the workers use.",
    (_GLANCE, _FLOW, _WORK),
    (("topic", "echowire_lag_records"),),
)
