"""Each type of node of Wix's editor, as Wix's own viewer writes it (tests/nodes/render.cjs), leaves what it must."""

import dataclasses
import json
import re
from pathlib import Path

import pytest

from scraper.layouts.body import Body
from scraper.layouts.wix import body
from scraper.page import Node, Page
from scraper.sanitise import clean

NODES = Path(__file__).parent / "nodes"
DOCS = Path(__file__).parent.parent / "docs" / "reading.md"
URL = "https://www.example.org/post/a"
EXPECTED = json.loads((NODES / "expected.json").read_text("utf-8"))
RENDERED = sorted(path.stem for path in NODES.glob("*.html"))
#: Of what types the viewer of 2026-11 writes nothing at all, whatever they hold.
SILENT = {"card", "external", "map"}


def read(type_of_node: str) -> tuple[Body, Page]:
    page = Page((NODES / f"{type_of_node}.html").read_text("utf-8"), url=URL)
    return body.read(page.one('[data-id="content-viewer"]'), URL), page


@pytest.mark.parametrize("type_of_node", RENDERED)
def test_each_type_of_node_leaves_what_is_written_down(type_of_node: str) -> None:
    found, _ = read(type_of_node)
    record = {"text": found.text.split("\n"), "html": clean(found.html, URL)}
    for name in ("images", "videos", "files", "links"):
        entries = [dataclasses.asdict(entry) for entry in getattr(found, name)]
        if entries:
            record[name] = [{key: value for key, value in entry.items() if value is not None} for entry in entries]
    assert record == EXPECTED[type_of_node]


def is_of_the_viewer(leaf: Node) -> bool:
    """Whether an element shows what is no word of the node: a player's clock, the numbers of a list."""
    return leaf.tag in ("script", "style", "time") or leaf.attributes.get("aria-hidden") == "true"


@pytest.mark.parametrize("type_of_node", RENDERED)
def test_no_word_that_a_node_shows_is_lost_and_none_is_added(type_of_node: str) -> None:
    found, page = read(type_of_node)
    shown = [child.text_content or "" for leaf in page.all("*") for child in leaf.iter(include_text=True)
             if child.tag == "-text" and not is_of_the_viewer(leaf)]  # fmt: skip
    words = "".join("".join(shown).split())
    marks = re.compile(r"\[[^\]]+\]|https?://\S+|^ *(?:•|\d\.) | \| ", re.MULTILINE)
    assert sorted("".join(words)) == sorted("".join(marks.sub(" ", found.text).split()).replace("\u00a0", ""))


@pytest.mark.parametrize("type_of_node", RENDERED)
def test_nothing_between_two_paragraphs_vanishes_without_a_mark(type_of_node: str) -> None:
    found, _ = read(type_of_node)
    between = found.html.removeprefix("<p>The first words.</p>").removesuffix("<p>The last words.</p>")
    assert bool(between) is (type_of_node not in SILENT)


def test_the_documentation_has_a_row_for_each_type() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)`", DOCS.read_text("utf-8"), re.MULTILINE)
    sampled = re.findall(r"^  ([A-Z_]+): ", (NODES / "render.cjs").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(sampled)


def body_of(inside: str) -> Body:
    page = Page(f'<div data-id="content-viewer"><p>Start.</p>{inside}<p>End.</p></div>', url=URL)
    return body.read(page.one('[data-id="content-viewer"]'), URL)


@pytest.mark.parametrize(
    ("inside", "left"),
    [
        ('<div data-hook="figure-HOLOGRAM"></div>', "[embed not in the page]"),
        ('<div data-hook="hologram-viewer"><svg></svg><button>Play</button></div>', "[embed not in the page]"),
        ('<div data-hook="figure-HOLOGRAM"><div data-hook="hologramViewer"></div></div>', "[embed not in the page]"),
        ('<div data-hook="hologram-viewer"><p>Its words.</p></div>', "Its words."),
        ('<div data-hook="hologram-viewer"><div data-hook="audio-viewer"></div></div>', "[audio]"),
        ('<div data-hook="figure-GALLERY"></div>', "[gallery]"),
        ('<form><input placeholder="E-mail"><button>Send</button></form>', "[form]"),
        ("<form><label>Your name</label><input></form>", "Your name"),
        ('<div><button aria-expanded="false">A question</button></div>', "A question"),
        ("<math><mi>x</mi><mo>=</mo><mn>2</mn><annotation>x=2</annotation></math>", "x=2"),
        ('<lite-youtube videoid="dQw4w9WgXcQ"></lite-youtube>', "[video]"),
        ('<wix-iframe src="https://maps.example.org/a"></wix-iframe>', "https://maps.example.org/a"),
        ("<x-note>A note.</x-note>", "A note."),
        ('<blockquote data-instgrm-permalink="https://www.example.org/p/1"></blockquote>', "https://www.example.org/p/1"),
        ('<blockquote cite="https://www.example.org/p/1"><p>A word.</p></blockquote>', "A word."),
    ],
)  # fmt: skip
def test_what_no_rule_knows_leaves_its_words_its_address_or_a_mark(inside: str, left: str) -> None:
    assert body_of(inside).text == f"Start.\n\n{left}\n\nEnd."


def test_a_poll_leaves_no_percentage_whatever_its_hook() -> None:
    answers = "<ul><li>Yes <i>0%</i></li><li>At 50% off<b>12.5 %</b></li></ul>"
    assert (
        body_of(f'<div data-hook="poll-viewer"><h3>Agree?</h3>{answers}</div>').text
        == "Start.\n\nAgree?\n\n• Yes\n• At 50% off\n\nEnd."
    )


def test_a_card_links_to_where_its_button_leads() -> None:
    button = '<a data-hook="vertical-embed-button" href="https://www.example.org/fair">Come</a>'
    card = f'<div data-hook="vertical-embed"><div data-hook="vertical-embed-title">Fair</div>{button}</div>'
    assert [(link.url, link.text) for link in body_of(card).links] == [("https://www.example.org/fair", "Fair")]


def test_blocks_of_unknown_names_inside_each_other_are_looked_through_once_each() -> None:
    depth = 300
    nested = '<div data-hook="figure-X">' * depth + "words" + "</div>" * depth
    assert body_of(nested).text == "Start.\n\nwords\n\nEnd."
