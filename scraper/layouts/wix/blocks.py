"""The blocks of Wix's editor that are more than text and pictures: what each leaves in a body.

Which there are, and how the server writes them, is known from Wix's own viewer (npm ``@wix/ricos``; see
``tests/nodes``) and from pages of 2021 to 2026, whose hooks are older names of the same. The table in docs/reading.md
has a row for each.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from scraper.layouts import frames
from scraper.layouts.body import walk
from scraper.layouts.events import FILM, Close, Event, Open, Placeholder
from scraper.layouts.frames import linked
from scraper.layouts.wix.address import address
from scraper.page import Node, attribute, words
from scraper.records import Video

_POSTER = re.compile(r"(?:i\.ytimg\.com|img\.youtube\.com)/vi(?:_webp)?/([\w-]{11})/", re.ASCII)
#: Wix names the poster of a film of its own by the film and a frame's number.
_FILM = re.compile(r"/media/([0-9a-z]+_[0-9a-f]{32})f\d{3}\.(?:jpg|png|webp|avif)")
_YOUTUBE, _HOSTED = "https://youtu.be/{}", "https://video.wixstatic.com/video/{}/file"
_FRAMES = ", ".join(sorted(frames.FRAMES))
#: Numbers that the server puts in before anybody has voted.
_PLACEHOLDERS = re.compile(r"percentage|votes?-(?:count|number)")
_PERCENTAGE = re.compile(r"\d+(?:[.,]\d+)?\s?[%٪]")


def _embed(node: Node, base_url: str | None) -> Iterable[Event] | None:
    """HTML, a message or a map from elsewhere: what the server wrote of it, its address, or a mark."""
    found = node.css(_FRAMES)
    if found:
        return tuple(event for frame in found for event in frames.read(frame, lambda src: address(src, base_url)))
    if words(node) or node.css_first("img, wow-image") is not None:
        return None
    return (frames.NOT_IN_THE_PAGE,)


def _map(node: Node, base_url: str | None) -> Iterable[Event] | None:
    found = _embed(node, base_url)
    if found == (frames.NOT_IN_THE_PAGE,):
        return (Placeholder("[map]"),)
    return found


def _audio(node: Node, base_url: str | None) -> Iterator[Event]:
    """A recording: its title, which links to it, and who made it; without a title its address or a mark."""
    url = next((found for frame in node.css(_FRAMES) if (found := _address(frame, base_url))), None)
    title = words(node.css_first('[data-hook="audio-title"], [data-hook="audio-name"]'))
    maker = words(node.css_first('[data-hook="audio-creator"], [data-hook="audio-author"]'))
    if title or url:
        yield from linked(title or url or "", url)
    else:
        yield frames.AUDIO
    if maker:
        yield from linked(maker, None)
    yield from _caption(node)


def _video(node: Node, base_url: str | None) -> Iterator[Event]:
    """A film: its address, also where only its poster tells it, or a mark; and its caption."""
    found = node.css(_FRAMES)
    for frame in found:
        yield from frames.read(frame, lambda src: address(src, base_url))
    if not found:
        url = _from_poster(node.html or "")
        yield Video(url=url) if url else FILM
    yield from _caption(node)


def _from_poster(html: str) -> str | None:
    """The address of a film, told by the picture that stands for it until it plays."""
    for sign, form in ((_POSTER, _YOUTUBE), (_FILM, _HOSTED)):
        if found := sign.search(html):
            return form.format(found[1])
    return None


def _caption(node: Node) -> Iterator[Event]:
    if (caption := node.css_first("figcaption")) is not None:
        yield from (Open("p"), *walk(caption), Close("p"))


def _card(node: Node, base_url: str | None) -> Iterator[Event]:
    """An event, a product or a service of the site: its name, which links to it, then each of its lines."""
    url = next((url for it in (node, *node.css("a")) if (url := _address(it, base_url, "data-url", "href"))), None)
    title = node.css_first('[data-hook="vertical-embed-title"]')
    name = words(title) or node.attributes.get("title")
    yield from linked(name or url or "[embed not in the page]", url)
    for line in node.css('[data-hook="vertical-embed-subtitle"] span, [data-hook="vertical-embed-button"]'):
        if text := words(line):
            yield from linked(text, None)


def _poll(node: Node, base_url: str | None) -> Iterator[Event]:
    """A poll: the question and the answers to choose from."""
    yield from walk(node, widget=_without_placeholders, link=lambda href: address(href, base_url))


def _contents(node: Node, base_url: str | None) -> Iterator[Event]:
    """A table of contents, without the numbers that the list has anyway."""
    yield from walk(node, widget=_without_hidden, link=lambda href: address(href, base_url))


def _without_hidden(node: Node) -> Iterable[Event] | None:
    """Nothing for what is hidden from those who listen; None: look inside."""
    return () if node.attributes.get("aria-hidden") == "true" else None


def _without_placeholders(node: Node) -> Iterable[Event] | None:
    """Nothing for a number that is none; None: look inside."""
    is_one = _PLACEHOLDERS.search(attribute(node, "data-hook")) or _PERCENTAGE.fullmatch(words(node) or "")
    return () if is_one else None


def _address(node: Node, base_url: str | None, *names: str) -> str | None:
    """The web address in the first of these attributes of *node* that holds one; by default, a frame's."""
    for name in names or ("src", "data-src", "data"):
        if (told := node.attributes.get(name)) and (url := address(told, base_url)):
            return url
    return None


#: What reads a block: its events, or None: nothing special, look inside.
Block = Callable[[Node, str | None], Iterable[Event] | None]
_NAMES: tuple[tuple[Block, str], ...] = (
    (_embed, "html-component HtmlComponent html-viewer htmlViewer figure-HTML embed-viewer oembed-viewer"),
    (_map, "map-viewer mapViewer google-map figure-MAP"),
    (_audio, "audio-viewer audioViewer figure-AUDIO soundCloudViewer figure-SOUND_CLOUD"),
    (_video, "video-player video-viewer videoPlayer videoViewer figure-VIDEO figure-GIF giphyViewer gif-viewer"
             " reactPlayerWrapper"),
    (_card, "vertical-embed verticalsEmbedViewer"),
    (_poll, "polls-viewer poll-viewer pollViewer"),
)  # fmt: skip
_BY_HOOK = {name: read for read, names in _NAMES for name in names.split()}
#: The hooks of all blocks that are read here.
HOOKS = tuple(_BY_HOOK)


def read(node: Node, hook: str, role: str | None, base_url: str | None) -> Iterable[Event] | None:
    """What a block with this ``data-hook`` and ``role`` leaves; None: it is no block of these, look inside."""
    if hook.startswith("divider") or role == "separator":
        return (Open("hr"),)
    if node.tag == "nav":
        return _contents(node, base_url)
    block = _BY_HOOK.get(hook)
    if block is None:
        return None
    return block(node, base_url)
