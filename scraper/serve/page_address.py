"""The whole addresses of our pages: for what others cite and list, and as each page names itself to search engines."""

from typing import Any

from scraper.serve import texts
from scraper.serve.answer import Ask
from scraper.serve.frame import frame_of
from scraper.serve.render import render


def public_base(ask: Ask) -> str | None:
    """Where the public reads the archive, with a slash behind; None: its owner does not say.

    No request can say it: what a reader calls us (``Host``) would end up in what others cite.
    """
    told = frame_of(ask.room).settings.public_url
    if not told:
        return None
    return f"{told}/"


def absolute(ask: Ask, path: str) -> str:
    """The one whole address of our page at *path*: the public one, or that by which the reader came."""
    return (public_base(ask) or ask.origin + ask.room.base) + path.lstrip("/")


def listed(ask: Ask, path: str) -> str:
    """The same for lists that others keep: never by a name that only this reader calls us by."""
    return (public_base(ask) or ask.lasting + ask.room.base) + path.lstrip("/")


def own_page(ask: Ask, template: str, *pairs: tuple[str, str], **values: Any) -> str:
    """*template* filled in as the page that *ask* is for; *pairs*: what of its query chooses what it shows.

    Its head names it by its path and these alone (RFC 6596), whatever else a link to it brought along, and says what it
    is.
    """
    path = "/" + ask.raw_path.removeprefix(ask.room.base).lstrip("/")
    canonical = absolute(ask, ask.link(path, *pairs).removeprefix(ask.room.base))
    description = texts.DESCRIPTIONS.get(template) or texts.footer(frame_of(ask.room).publisher)
    return render(template, ask.room, canonical=canonical, description=description, **values)
