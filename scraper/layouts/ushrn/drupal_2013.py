"""The network's Drupal 7 site, October 2013 to March 2017: ``/news-updates/…`` and ``/resources-media/…``.

Tell-tale: the address, or lines of Drupal's labels. Of the places where a date was seen, two say when the post was
published: a line under the title, and ``Publication Date:`` behind the body, with its value on the next line. Dates
under "For Immediate Release", in place lines and in titles are those of the text. ``Update Type:`` and ``Connected
Issues:`` stand before the body, empty; ``Connected Categorizations:`` behind it holds tags.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scraper import urls
from scraper.layouts.dumps.lines import first, shown_date
from scraper.layouts.ushrn import dump_lines as ushrn_text
from scraper.layouts.ushrn import html as ushrn_html
from scraper.page import Page, TextPage
from scraper.records import Reading
from scraper.vocabulary import DateBasis, ReadingKind

NAME = "drupal_2013"

_LABEL = re.compile(
    r"(?P<name>Update Type|Resource Type|Media Type|Publication Date|Connected [A-Z][a-z]+(?: [A-Z][a-z]+)?)"
    r"\s?:\s?(?P<value>.*)"
)
#: Labels that no text of another site has.
_OWN = re.compile(r"(?:Connected (?:Categorizations|Issues)|Update Type)\s?:.*")
_BODY = (
    ".node .field-name-body",
    ".field-name-body",
    "#node-content .content",
    ".node > .content",
    "#block-system-main .content",
)


def matches(page: object) -> bool:
    """Whether the address is one of this site's posts, or a dump without an address has its labels."""
    if not isinstance(page, Page | TextPage):
        return False
    if page.url:
        return urls.canonical(page.url).startswith(
            ("https://www.ushrnetwork.org/news-updates/", "https://www.ushrnetwork.org/resources-media/")
        ) and urls.is_post(page.url)
    return isinstance(page, TextPage) and any(_OWN.fullmatch(line) for line in page.lines if line)


def read(page: Page | TextPage) -> Reading:
    """The post."""
    if isinstance(page, Page):
        return _read_html(page)
    if gone := ushrn_text.missing(page, NAME):
        return gone
    lines = ushrn_text.checked_lines(page)
    top = ushrn_text.read_top(lines)
    labels = read_labels(lines[top.body_at :])
    return ushrn_text.post(page, NAME, top, labels.body, published=labels.published, tags=labels.tags)


def _read_html(page: Page) -> Reading:
    """The post; where Drupal's own marks are missing, its labels are read as lines."""
    reading = ushrn_html.post(page, NAME, _BODY)
    if reading.kind != ReadingKind.POST:
        return reading
    labels = _labels_anywhere(ushrn_html.shown_lines(page))
    body = read_labels((reading.body_text or "").split("\n")).body
    reading = replace(reading, tags=reading.tags or labels.tags)
    if reading.body_text is not None:
        reading = replace(reading, body_text="\n".join(body).strip())
    if reading.published_at is None and labels.published is not None:
        reading = replace(reading, published_at=labels.published, published_basis=DateBasis.SHOWN)
    return reading


@dataclass(frozen=True, slots=True)
class BodyLabels:
    """The lines of a body without the labels around them, and what these say."""

    body: tuple[str, ...]
    published: str | None = None
    tags: tuple[str, ...] = ()


def read_labels(lines: Sequence[str]) -> BodyLabels:
    """The labels before and behind the body. A value stands on the label's line, or, behind the body, on the next."""
    start = first(lines)
    while start < len(lines) and (found := _LABEL.fullmatch(lines[start])) and found["name"] != "Publication Date":
        start = first(lines, start + 1)
    end, values = _behind(lines, start)
    return _labels(tuple(lines[start:end]), values)


def _labels_anywhere(lines: Sequence[str]) -> BodyLabels:
    """What the labels of a whole page say, with a footer and columns around them; the body is left out."""
    values: dict[str, str] = {}
    for index, line in enumerate(lines):
        if found := _LABEL.fullmatch(line):
            below = first(lines, index + 1)
            following = lines[below] if below < len(lines) and not _LABEL.fullmatch(lines[below]) else ""
            values.setdefault(found["name"], found["value"] or following)
    return _labels((), values)


def _labels(body: tuple[str, ...], values: dict[str, str]) -> BodyLabels:
    published = shown_date(values.get("Publication Date", ""))
    tags = (tag.strip() for tag in values.get("Connected Categorizations", "").split(","))
    return BodyLabels(body, published.iso if published else None, tuple(dict.fromkeys(tag for tag in tags if tag)))


def _behind(lines: Sequence[str], start: int) -> tuple[int, dict[str, str]]:
    """(index where the labels behind the body begin, their values): nothing but labels and single values to the end."""
    end, values, value = len(lines), {}, None
    for index in range(len(lines) - 1, start - 1, -1):
        line = lines[index]
        if not line:
            continue
        found = _LABEL.fullmatch(line)
        if found is None:
            if value is not None:
                break
            value = line
            continue
        values[found["name"]] = found["value"] or value or ""
        end, value = index, None
    return end, values
