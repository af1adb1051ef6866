"""What a Wix page is made of besides its text: styles, settings and scripts, the same on every page of a site."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from scraper.numbers import plural

NAME = "Lantern Coast Rights Network"
BLOG_APP = "14bcded7-0066-7c35-14d7-466cb3f09103"
WIDGET_APP = "22bef345-3c5b-4c18-b782-74d4085112ff"
#: A shown date carries its year unless it is in the current one; the last days are told relatively.
RECENT_DAYS = 7
MEDIAN_WORDS = ("margin", "padding", "color", "grid", "font", "flex", "border", "width", "height", "align", "section")


class Generation(StrEnum):
    """How Wix served its pages."""

    #: As in 2024: true counts in the HTML, and the post's data in a warm-up JSON.
    FOURTH = "g4"
    #: Since 2025: no counts in the HTML.
    FIFTH = "g5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where and when a page is served."""

    #: Scheme, host and port without a slash behind.
    base: str
    #: The day of the demonstration; day 0.
    today: datetime
    #: The simulated day: -45 is 45 days before `today`.
    day: int
    look: Generation = Generation.FIFTH
    #: Bytes of boilerplate on each page, about, and the share of it that is markup: on real pages 5 to 15 %, the rest
    #: is styles and settings.
    padding: int = 180_000
    markup: float = 0.12
    #: Where pictures are; None: where Wix keeps them.
    own_media: str | None = None
    #: Distinguishes one answer from the next, as request ids do.
    request: int = 0

    @property
    def now(self) -> datetime:
        """The simulated instant."""
        return self.today + timedelta(days=self.day)

    @property
    def media(self) -> str:
        """What stands before the id of a picture."""
        return self.own_media or "https://static.wixstatic.com/media"

    def moment(self, day: int, slug: str) -> datetime:
        """An instant on *day*, the same for the same *slug* at every request."""
        start = (self.today + timedelta(days=day)).replace(hour=0, minute=0, second=0, microsecond=0)
        return start + timedelta(seconds=random.Random(slug).randrange(8 * 3600, 18 * 3600))  # noqa: S311


def stamp(moment: datetime) -> str:
    """As Wix writes instants: ``2021-03-16T14:05:00.000Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def shown(moment: datetime, now: datetime) -> str:
    """As a reader sees a date: ``3 days ago``, ``May 16``, ``Sep 9, 2019``."""
    days = (now - moment).days
    if 0 <= days < RECENT_DAYS:
        if days == 0:
            return "just now"
        return f"{plural(days, 'day')} ago"
    spelled = f"{moment:%b} {moment.day}"
    if moment.year == now.year:
        return spelled
    return f"{spelled}, {moment.year}"


@lru_cache(maxsize=8)
def boilerplate(size: int, part: str) -> str:
    """About *size* bytes that compress as the real thing does (roughly five to one)."""
    dice = random.Random(part)  # noqa: S311
    lines, length = [], 0
    while length < size:
        word, other = dice.choice(MEDIAN_WORDS), dice.choice(MEDIAN_WORDS)
        name = f"{dice.getrandbits(36):09x}"
        if part == "style":
            line = (
                f".comp-l{name} .{word}Wrapper{{--{word}-{other}:var(--color_{dice.randrange(40)});"
                f"{word}:calc({dice.randrange(980)}px * var(--scale));{other}-{word}:inherit}}\n"
            )
        elif part == "markup":
            line = (
                f'<div id="comp-l{name}" class="comp-l{name} wixui-{word}" data-testid="{other}-container">'
                f'<div class="{word[0]}{name[:5]} {other}{name[5:]}" style="--{word}:{dice.randrange(99)}px">'
                f'<svg viewBox="0 0 24 24"><path d="M{dice.randrange(24)}.{name[:3]}L{name[2:4]}"/>'
                "</svg></div></div>\n"
            )
        else:
            line = (
                f'"comp-l{name}":{{"skin":"wysiwyg.viewer.skins.{word}.{other}Skin","isPreloaded":false,'
                f'"layout":{{"{word}":{dice.randrange(2000)},"{other}":{dice.randrange(900)}}}}},\n'
            )
        lines.append(line)
        length += len(line)
    return "".join(lines)
