"""The dashboard *Verdicts*, which answers: is it right."""

from __future__ import annotations

from deploy.grafana.panels import GREEN, RED, YELLOW, Board, Panel, Query, Row, Threshold, quantiles

_ENV = 'environment="$environment"'


def _rate(metric: str, by: str, labels: str = "") -> Query:
    return Query(
        f"sum by ({by}) (rate({metric}{{{_ENV}{labels}}}[$__rate_interval]))", f"{{{{{by}}}}}"
    )


_GLANCE = Row(
    "At a glance",
    (
        Panel(
            "Share of copies",
            "Of the last hour's articles. 30 to 40 % of news are reprints; an alert fires below"
            " 5 % or above 70 %: feeds have changed, or verdicts are wrong.",
            "percentunit",
            (Query(f"environment:echowire_copy_share:ratio1h{{{_ENV}}}"),),
            empty_when="no article arrived within the last hour",
            kind="stat",
            thresholds=(
                Threshold(None, RED), Threshold(0.05, YELLOW), Threshold(0.2, GREEN),
                Threshold(0.5, YELLOW), Threshold(0.7, RED),
            ),
            width=6,
        ),
        Panel(
            "Canaries wrong",
            "Wrong verdicts on articles with a known answer in the last hour. Normal: 0.",
            "short",
            (
                Query(
                    "sum(increase(echowire_canary_verdicts_total"
                    f'{{{_ENV},outcome="wrong"}}[1h]))'
                ),
            ),
            kind="stat",
            thresholds=(Threshold(None, GREEN), Threshold(0.5, RED)),
            width=6,
        ),
        Panel(
            "Canaries right",
            "In the last hour: eight for each round sent.",
            "short",
            (
                Query(
                    "sum(increase(echowire_canary_verdicts_total"
                    f'{{{_ENV},outcome="right"}}[1h]))'
                ),
            ),
            kind="stat",
            thresholds=(Threshold(None, YELLOW), Threshold(0.5, GREEN)),
            width=6,
        ),
        Panel(
            "Refused by the facts guard",
            "Matches of the last hour with the same wording but other facts: bulletins, notices,"
            " scores. They are listed but are not copies.",
            "short",
            (Query(f'sum(increase(echowire_matches_total{{{_ENV},relation="template"}}[1h]))'),),
            kind="stat",
            width=6,
        ),
    ),
)  # fmt: skip

_RELATIONS = Row(
    "What articles are",
    (
        Panel(
            "Verdicts by relation",
            "Most are originals, then copies. If the mix changes and the feeds have not, find out"
            " why.",
            "articles/s",
            (_rate("echowire_verdicts_total", "relation"),),
            kind="stacked",
        ),
        Panel(
            "Share of copies, by language",
            "Of the last 15 minutes. If a single language drops to 0, its tokens may be wrong.",
            "percentunit",
            (
                Query(
                    "sum by (language)"
                    f' (rate(echowire_verdicts_total{{{_ENV},relation="copy"}}[15m]))'
                    " / (sum by (language)"
                    f" (rate(echowire_verdicts_total{{{_ENV}}}[15m])) > 0)",
                    "{{language}}",
                ),
            ),
            thresholds=(Threshold(None, GREEN), Threshold(0.7, RED)),
            empty_when="no article arrived within the last 15 minutes",
        ),
        Panel(
            "Verdicts by language",
            "The share of each language. `und` is text of unknown language; a rise points to text"
            " that is not prose.",
            "articles/s",
            (_rate("echowire_verdicts_total", "language"),),
            kind="stacked",
        ),
        Panel(
            "Copies by agency",
            "Copies whose text names the agency that wrote it.",
            "articles/s",
            (_rate("echowire_agency_copies_total", "agency"),),
            kind="stacked",
        ),
    ),
)

_MATCHING = Row(
    "How they were found",
    (
        Panel(
            "Similarity of candidates",
            "Jaccard similarity, by outcome. Accepted candidates should be near 1, rejected ones"
            " near 0; if the medians approach each other, verdicts are guesswork.",
            "percentunit",
            (
                Query(
                    "histogram_quantile(0.5, sum by (le, outcome)"
                    f" (rate(echowire_candidate_jaccard_bucket{{{_ENV}}}[$__rate_interval])))",
                    "{{outcome}}, median",
                ),
            ),
            empty_when="nothing was similar to anything",
        ),
        Panel(
            "Candidates per article",
            "How many earlier articles shared enough keys to be compared. Normal: a median of 0"
            " to 2; hundreds mean one text that keeps coming back.",
            "short",
            quantiles("echowire_query_candidates", _ENV),
        ),
        Panel(
            "From original to copy",
            "By record times. Reprints come within minutes or hours; if the median is as long"
            " as the window, the window is too short.",
            "s",
            quantiles("echowire_copy_delay_seconds", _ENV, "relation"),
            empty_when="no copy was found",
        ),
        Panel(
            "What changed in stories",
            "Joined: another copy. Corrections, withdrawals and changed originals are rare; a"
            " burst comes from a single producer.",
            "articles/s",
            (_rate("echowire_story_events_total", "type"),),
        ),
        Panel(
            "Matches by relation",
            "Published matches; an article may have several. `template` counts those that"
            " the facts guard refused.",
            "articles/s",
            (_rate("echowire_matches_total", "relation"),),
        ),
        Panel(
            "Canaries: from sending to verdict",
            "All the way through both topics. Normal: under a second.",
            "s",
            quantiles("echowire_canary_latency_seconds", _ENV),
            thresholds=(Threshold(None, GREEN), Threshold(1, RED)),
            empty_when="no round of canaries was sent within the interval",
        ),
    ),
)

VERDICTS = Board(
    "echowire-verdicts",
    "echowire: Verdicts",
    "Is it right? Shares, relations, agencies, canaries, and how matches were found.",
    (_GLANCE, _RELATIONS, _MATCHING),
)
