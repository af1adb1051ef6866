"""Templates: our own, with automatic escaping; nothing of Datasette's, so that they look the same on every version."""

from functools import cache, partial
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from scraper import __version__, cite
from scraper.search import MARK, UNMARK
from scraper.serve import formatting, static, texts
from scraper.serve.archive import Room
from scraper.serve.body_html import web_address
from scraper.serve.frame import frame_of


@cache
def environment() -> Environment:
    """The templates, ready to fill."""
    found = Environment(
        loader=PackageLoader("scraper.serve", "templates/ushrn"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters |= {
        "day": formatting.day,
        "moment": formatting.moment,
        "number": formatting.number,
        "host": formatting.host,
    }
    found.filters |= {"short": formatting.short, "size": formatting.size}
    found.filters |= {"web": web_address, "marks": marks, "segment": partial(quote, safe="")}
    found.globals |= {"t": texts, "version": __version__, "wording": formatting, "cite": cite, "asset": static.address}
    return found


def marks(text: str) -> Markup:
    """*text* escaped, the words found in it marked."""
    return Markup(str(escape(text)).replace(MARK, "<mark>").replace(UNMARK, "</mark>"))  # noqa: S704 - escaped before


def render(template: str, room: Room | None, **values: Any) -> str:
    """*template* filled in. *room* None: without links into an archive."""
    base = room.base if room else "/"
    return environment().get_template(template).render(base=base, room=room, frame=frame_of(room), **values)
