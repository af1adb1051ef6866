"""What stands in a body without words of its own: frames, players, embedded things. Each leaves its address or a mark.

A video leaves its address in the HTML and in the list of videos, ``[video]`` in the text; anything else that has an
address leaves it as a link, and what has none a mark, so that a reader knows that something stood there.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from scraper.layouts.events import FILM, Close, Event, Open, Placeholder
from scraper.page import Node, attribute
from scraper.records import Video

#: Elements that show another document or a recording.
FRAMES = frozenset({"iframe", "video", "audio", "object", "embed", "amp-youtube", "amp-vimeo", "amp-iframe"})
NOT_IN_THE_PAGE = Placeholder("[embed not in the page]")
AUDIO = Placeholder("[audio]")
#: Makes the address of a frame absolute; None: it names nothing on the web.
Address = Callable[[str], str | None]

_YOUTUBE, _VIMEO = "https://youtu.be/", "https://vimeo.com/"
_VIDEO_HOSTS = re.compile(
    r"https?://(?:www\.)?(?:youtube\.com|youtube-nocookie\.com|youtu\.be|(?:player\.)?vimeo\.com|dailymotion\.com"
    r"|facebook\.com/plugins/video|video\.wixstatic\.com)"
)
_SOURCES = ("src", "data-src", "data")
#: Where a social network's own script finds what it shall show.
_TOLD_SCRIPTS = ("data-instgrm-permalink", "data-href", "cite")
_CLIPS = ("data-videoid", "videoid")


def read(node: Node, address: Address) -> Iterator[Event]:
    """What stands for *node*, an element of `FRAMES`."""
    if clip := _clip(node):
        yield Video(url=(_VIMEO if "vimeo" in (node.tag or "") else _YOUTUBE) + clip)
        return
    url = _source(node, address)
    if url is not None and (node.tag == "video" or _VIDEO_HOSTS.match(url)):
        yield Video(url=url, title=node.attributes.get("title") or None)
    elif url is not None:
        yield from linked(url, url)
    else:
        yield {"video": FILM, "audio": AUDIO}.get(node.tag or "", NOT_IN_THE_PAGE)


def _clip(node: Node) -> str | None:
    """The id of a film that *node* shows; None: it names none."""
    clip = next(filter(None, (attribute(node, name) for name in _CLIPS)), "")
    return clip if re.fullmatch(r"[\w-]{5,20}", clip, re.ASCII) else None


def shown(node: Node, tag: str, address: Address) -> Iterable[Event] | None:
    """What stands for a frame or player, or for an element of the page's own invention that tells what it shows
    (``<lite-youtube videoid="…">``); None: it tells nothing, look inside.
    """
    if tag in FRAMES:
        return read(node, address)
    if "-" not in tag:
        return None
    found = tuple(read(node, address))
    return None if found == (NOT_IN_THE_PAGE,) else found


def shown_by_scripts(node: Node, address: Address) -> tuple[Event, ...] | None:
    """The address of what a script shall put into an empty block; None: there is none, or it has words already."""
    said = node.attributes
    url = next((url for name in _TOLD_SCRIPTS if (href := said.get(name)) and (url := address(href))), None)
    if url is None or (node.text() or "").strip():
        return None
    return linked(url, url)


def _source(node: Node, address: Address) -> str | None:
    """The first address of *node* and its sources that is one of the web."""
    for inner in (node, *node.css("source")):
        for name in _SOURCES:
            if (src := inner.attributes.get(name)) and (url := address(src)):
                return url
    return None


def linked(text: str, url: str | None) -> tuple[Event, ...]:
    """A paragraph with *text* that links to *url*; without a link where that is None."""
    if url is None:
        return (Open("p"), text, Close("p"))
    return (Open("p"), Open("a", url), text, Close("a"), Close("p"))
