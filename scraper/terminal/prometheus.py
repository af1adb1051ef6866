"""The state of an archive for Prometheus: text format 0.0.4, as node_exporter's textfile collector reads it. Pure.

Base units (seconds, bytes), no timestamps on samples (the collector refuses them), one HELP and TYPE a metric, label
values escaped (https://prometheus.io/docs/instrumenting/exposition_formats/). What is not known has no sample.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scraper import __version__
from scraper.decide import instant
from scraper.store import Health
from scraper.terminal.checks import Check
from scraper.terminal.status import Status
from scraper.vocabulary import SiteState


@dataclass(frozen=True, slots=True)
class Metric:
    """One gauge: its name, what it says, and its samples (labels, value; None: not known)."""

    name: str
    help: str
    samples: Iterable[tuple[Mapping[str, str], float | None]]


def text(found: Status) -> str:
    """All metrics of an archive that could be read."""
    return _text((_up(1), *_metrics(found)))


def failure() -> str:
    """Of an archive that could not be read: ``ushrn_up 0``."""
    return _text((_up(0),))


def _up(value: int) -> Metric:
    return Metric("ushrn_up", "Whether the archive could be read.", [({"version": __version__}, value)])


def _metrics(found: Status) -> Iterator[Metric]:
    health, around = found.health, found.around
    failing = {cause.check for cause in found.causes}
    yield Metric(
        "ushrn_check_failing",
        "Whether `ushrn status --check` tells of this.",
        [({"check": check}, check in failing) for check in Check],
    )
    yield Metric("ushrn_archive_size_bytes", "Size of the archive file.", [({}, found.size)])
    yield Metric("ushrn_disk_free_bytes", "Free on the disk of the archive.", [({}, around.disk_free)])
    yield Metric("ushrn_captures", "Captures in the archive.", [({}, health.captures)])
    yield Metric(
        "ushrn_problems", "Open problems.", [({"level": "error"}, health.errors), ({"level": "note"}, health.notes)]
    )
    yield Metric("ushrn_unsealed_runs", "Runs that have not ended.", [({}, len(health.unsealed))])
    yield from _times(health)
    yield from _of_sites(health)


def _times(health: Health) -> Iterator[Metric]:
    last = health.last_crawl
    yield Metric(
        "ushrn_last_good_crawl_timestamp_seconds",
        "End of the last crawl in which pages were fetched.",
        [({}, _seconds(health.last_good_crawl_at))],
    )
    yield Metric(
        "ushrn_last_crawl_timestamp_seconds",
        "Start of the last crawl.",
        [({}, _seconds(last.started_at if last else None))],
    )
    yield Metric(
        "ushrn_last_crawl_exit_status", "Exit status of the last crawl.", [({}, last.exit_status if last else None)]
    )
    yield Metric(
        "ushrn_last_verify_timestamp_seconds",
        "When `verify --record` last found no damage.",
        [({}, _seconds(health.last_verify_at))],
    )


def _of_sites(health: Health) -> Iterator[Metric]:
    sites = [({"site": site.id}, site) for site in health.sites]
    yield Metric("ushrn_posts", "Posts in the archive.", [(label, site.posts) for label, site in sites])
    yield Metric("ushrn_posts_gone", "Posts gone from their site.", [(label, site.gone) for label, site in sites])
    yield Metric(
        "ushrn_site_gone",
        "Whether the site is offline.",
        [(label, site.state == SiteState.GONE) for label, site in sites],
    )
    yield Metric(
        "ushrn_site_last_had_timestamp_seconds",
        "Start of the last crawl in which pages of the site were fetched.",
        [(label, _seconds(site.last_had_at)) for label, site in sites],
    )
    yield Metric(
        "ushrn_named_not_had",
        "Posts that the site names and that were never fetched.",
        [(label, site.named_not_had) for label, site in sites],
    )
    yield Metric(
        "ushrn_known_addresses",
        "Addresses named as posts, by what became of them.",
        [
            ({"site": site.id, "state": state}, number)
            for site in health.sites
            for state, number in site.coverage.items()
        ],
    )


def _seconds(at: str | None) -> float | None:
    if at is None:
        return None
    return instant(at).timestamp()


def _text(metrics: Iterable[Metric]) -> str:
    return "".join(line + "\n" for metric in metrics for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    samples = [(labels, value) for labels, value in metric.samples if value is not None]
    if not samples:
        return
    yield f"# HELP {metric.name} {_escaped(metric.help)}"
    yield f"# TYPE {metric.name} gauge"
    for labels, value in samples:
        said = ",".join(f'{name}="{_escaped(text, quoted=True)}"' for name, text in labels.items())
        yield f"{metric.name}{'{' + said + '}' if said else ''} {float(value):.15g}"


def _escaped(text: str, *, quoted: bool = False) -> str:
    """Backslashes and line feeds escaped; in label values quotation marks, too."""
    text = text.replace("\\", r"\\").replace("\n", r"\n")
    return text.replace('"', r"\"") if quoted else text
