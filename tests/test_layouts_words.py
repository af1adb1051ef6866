"""Words that a reader sees in an article, against the words of the text that is kept: nothing lost, nothing added."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from scraper.layouts.wix import post
from scraper.page import Node, Page
from scraper.reading.page_reader import extract
from scraper.records import Capture

PAGES = sorted(
    path.parent
    for path in (Path(__file__).parent / "pages").glob("*/record.json")
    if 'data-hook="post"' in (path.parent / "page.html").read_text("utf-8")
)
#: What no browser shows as text, and the buttons of Wix's own viewer.
UNSEEN = "script, style, template, noscript, svg, button, [data-hook=reactPlayerWrapper] > div"
INLINE = frozenset({"span", "strong", "em", "u", "a", "b", "i", "s", "sub", "sup", "mark", "small"})
#: The marks and addresses of what has no words, and the numbers of lists.
ADDED = re.compile(r"\[(?:video|gallery|drawing|embed not in the page)\]|^https://\S+$|^ *\d+\. ", re.MULTILINE)


def seen(node: Node) -> Iterator[str]:
    """The text below *node* as a browser lays it out: blocks apart, inline elements run together."""
    child = node.first_child
    while child is not None:
        if child.tag == "-text":
            yield child.text_content or ""
        elif child.tag in INLINE:
            yield from seen(child)
        elif not (child.tag or "-").startswith(("-", "!")):
            yield " "
            yield from seen(child)
            yield " "
        child = child.next


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", re.sub("[\u00ad\u200b\u2060\ufeff]", "", text)))


@pytest.mark.parametrize("folder", PAGES, ids=lambda path: path.name)
def test_the_text_of_a_post_has_the_words_of_its_article_and_no_others(folder: Path) -> None:
    html = (folder / "page.html").read_text("utf-8")
    url = json.loads((folder / "record.json").read_text("utf-8"))["url"]
    article = next(Page.from_html(html, url=url).parts("post"))
    body = post.body_of(post.without_cards(article))
    assert body is not None
    for node in reversed(body.css(UNSEEN)):
        node.decompose()
    kept = extract(Capture(url=url, media_type="text/html", body=html.encode(), captured_at="2026-01-01T00:00:00Z"))
    assert words(ADDED.sub(" ", kept.body_text or "")) == words("".join(seen(body)))
