"""What a body is made of on its way from a page to text and HTML: a flat line of events."""

from typing import NamedTuple

from scraper.records import File, Image, Link, Video


class Open(NamedTuple):
    """A mark opens: ``p``, ``li``, ``strong`` … ``div`` stands for any block that leaves no mark of its own."""

    tag: str
    #: Where a link leads.
    href: str | None = None
    #: Attributes of a table cell that spans others, or of a list that does not begin with 1, as written:
    #: `` colspan="2"``.
    span: str = ""


class Close(NamedTuple):
    """A mark closes."""

    tag: str


class Placeholder(NamedTuple):
    """Stands for what has no words and no address: ``[embed not in the page]``."""

    text: str


FILM = Placeholder("[video]")
DRAWING, NO_PICTURE, NO_GALLERY, FORM = (
    Placeholder("[drawing]"),
    Placeholder("[picture not in the page]"),
    Placeholder("[gallery]"),
    Placeholder("[form]"),
)
#: What only the eye misses, with the sign that stands for it at the two ends of a text: no word, so that the first and
#: the last words of a text are its own.
SIGHTS = {FILM: "‣ |", DRAWING: "▪ |", NO_PICTURE: "▪ |", NO_GALLERY: "▪ |"}


class Captioned(NamedTuple):
    """A picture below which stands more than plain words: its caption as events of its own."""

    image: Image
    caption: "tuple[Event, ...]"
    #: Where the picture itself leads.
    href: str | None = None


#: A Link is one whose text stands elsewhere, as that of a picture of a gallery.
Event = Open | Close | str | Image | Video | File | Link | Placeholder | Captioned

_INLINE = "a strong em u s sup sub code mark small q abbr"
_TEXT_BLOCKS = "p h1 h2 h3 h4 h5 h6 li td th figcaption caption pre dt dd"
_FRAMES = "ul ol blockquote table tr thead tbody tfoot figure dl"

INLINE = frozenset(_INLINE.split())
#: Blocks that hold text.
TEXT_BLOCKS = frozenset(_TEXT_BLOCKS.split())
#: Blocks that hold blocks.
FRAMES = frozenset(_FRAMES.split())
#: Marks that hold nothing.
EMPTY = frozenset({"br", "hr"})
