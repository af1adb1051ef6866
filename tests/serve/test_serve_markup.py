"""A post's body, written anew: nothing but harmless elements, each closed where it belongs."""

# ruff: noqa: E501 - hostile strings are read best in one piece

import re
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.serve.body_html import BETWEEN, BLOCKS, INLINE
from scraper.serve.markup import BodyMarkup, paragraphs, shown

ALLOWED = BLOCKS | INLINE | BETWEEN | {"a", "span", "br", "hr", "mark"}
ATTRIBUTES = {
    "id",
    "class",
    "href",
    "rel",
    "lang",
    "dir",
    "start",
    "colspan",
    "rowspan",
    "role",
    "aria-label",
    "tabindex",
}


class Checker(HTMLParser):
    """Complains about elements, attributes and nesting that must not be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED:
            self.wrong.append(f"<{tag}>")
        parent = self.open[-1] if self.open else ""
        if tag == "li" and parent not in ("ul", "ol"):
            self.wrong.append("li outside a list")
        if parent in ("ul", "ol") and tag != "li":
            self.wrong.append(f"{tag} in a list")
        if tag in ("td",) and parent != "tr":
            self.wrong.append("a cell outside a row")
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.wrong.append(name)
            if name == "href" and not re.match(r"https?://|mailto:|/post/|#p-[0-9a-f]{8}$", value or ""):
                self.wrong.append(value or "")
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}>")
        else:
            self.open.pop()

    def handle_comment(self, data: str) -> None:
        self.wrong.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append("a declaration")


def complaints(html: str) -> list[str]:
    checker = Checker()
    checker.feed(html)
    checker.close()
    return checker.wrong + checker.open


TAGS = sorted(ALLOWED | {"script", "style", "img", "svg", "iframe", "form", "input", "x-y", "tbody", "video", "title"})
PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from([
        "<a href='javascript:alert(1)'>", "<a href=https://x.example/>", "<img src=https://x.example/i.png alt='a>b'>", "<!--",
        "-->", "<![CDATA[", "]]>", "<!doctype html>", "&lt;script&gt;", "&#x3c;", "<p onclick=x style=y lang=en dir=rtl>", "<",
        ">", "\"'", "<td colspan=9999 rowspan=2>", "<ol start=3>", "<a", "<p lang='\"><script>'>", "\x00", "<?php", "</",
    ]),
    st.text(max_size=12),
)  # fmt: skip


@given(st.lists(PIECES, max_size=30), st.lists(st.text(min_size=1, max_size=8), max_size=3))
def test_whatever_goes_in_only_balanced_harmless_html_comes_out(pieces: list[str], words: list[str]) -> None:
    html = "".join(pieces)
    text = re.sub(r"<[^>]*>", "\n\n", html)
    assert complaints(shown(BodyMarkup(html, text, tuple(words), {"https://x.example/": "/post/a/b"}))) == []
    assert complaints(shown(BodyMarkup(None, text, tuple(words)))) == []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h1>A</h1><h4>B</h4><h2>C</h2>", "<h2>A</h2><h3>B</h3><h2>C</h2>"),
        ("<h5>first</h5>", "<h2>first</h2>"),
        ("<h2> </h2><p>x</p>", "<p>x</p>"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<li>x", "<ul><li>x</li></ul>"),
        ("<ul>x<li>y</ul>", "<ul><li>x</li><li>y</li></ul>"),
        ("<b>bold<p>on</b>", "<b>bold</b><p><b>on</b></p>"),
        ("<dl>x<dt>a<dd>b</dl>", "<dl><dd>x</dd><dt>a</dt><dd>b</dd></dl>"),
        ("<ul><p>a</p><li>b</ul>c", "<ul><li><p>a</p></li><li>b</li></ul>c"),
        ("<script>x</script>after", "after"),
        ("<a href='javascript:x'>text</a>", "text"),
        ("a & b < c", "a &amp; b &lt; c"),
        ("<p lang='es' dir='rtl' class='x'>t</p>", '<p lang="es" dir="rtl">t</p>'),
    ],
)  # fmt: skip
def test_bodies_are_put_in_order(html: str, expected: str) -> None:
    assert shown(BodyMarkup(html, None)) == expected


def test_a_link_to_a_post_that_we_have_leads_to_our_page() -> None:
    body = BodyMarkup(
        '<a href="https://gone.example/post/a">a</a>', None, (), {"https://gone.example/post/a": "/post/gone/a"}
    )
    assert shown(body) == '<a class="ours" href="/post/gone/a">a</a>'


def test_each_paragraph_of_the_text_has_its_place_in_the_html() -> None:
    html = "<p>One  paragraph.</p><div>Chrome</div><ul><li>item one</li><li>item two</li></ul><p>Last<br>words</p>"
    html += "<ol><li>first</li><li>second</li></ol>"
    text = "One paragraph.\n\n- item one\n- item two\n\nNot in the HTML\n\nLast\nwords\n\n1. first\n2. second"
    found = shown(BodyMarkup(html, text))
    start = (
        r'<(\w+) id="(p-\w{8})">(?:<span class="spot" id="p-\w{8}"></span>)?(?:<span class="spot" id="(p\d)"></span>)?'
    )
    link = r'<a class="para" href="#(p-\w{8})"'
    places = re.findall(rf"{start}(\w+).*?{link}[^>]*></a></\1>", found)
    assert [(tag, number, word) for tag, _, number, word, _ in places] == [
        ("p", "p0", "One"),
        ("li", "p1", "item"),
        ("li", "", "item"),
        ("p", "p3", "Last"),
        ("li", "p4", "first"),
        ("li", "", "second"),
    ]
    assert all(place == link for _, place, _, _, link in places)


def test_the_place_of_a_paragraph_survives_edits_of_the_others() -> None:
    before = dict(paragraphs("One thing.\n\nAnother, “quoted”\n\nLast"))
    after = dict(paragraphs("New.\n\nOne thing!\n\nLast\n\nAnother,  'quoted'"))
    assert before.keys() < after.keys()


def test_paragraphs_that_say_the_same_have_places_of_their_own() -> None:
    names = [name for name, _ in paragraphs("Again\n\nAgain\n\nAgain")]
    assert len(set(names)) == 3
    assert names[0] == paragraphs("Again")[0][0]


SAID = st.one_of(
    st.sampled_from(
        ["", "Water", "Water!", "***", "—", "🎉", "कि", "का", "حقوق الإنسان", "Café", "Cafe\u0301", "1. One"]
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=12),
)


@settings(max_examples=25)
@given(st.lists(SAID, max_size=8), st.lists(SAID, max_size=8), SAID, st.randoms(use_true_random=False))
def test_a_paragraph_keeps_its_name_whatever_is_done_to_the_others(
    others: list[str], new: list[str], said: str, chance: Any
) -> None:
    ((name, _),) = paragraphs(said)
    for edited in (others, others[1:], new + others, chance.sample(others, len(others))):
        at = chance.randint(0, len(edited))
        found = paragraphs("\n\n".join(filter(str.strip, (*edited[:at], said, *edited[at:]))))
        names = [each for each, _ in found]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[0-9a-f]{8}", each) for each in names)
        assert not said.strip() or name in names


@pytest.mark.parametrize(("one", "other"), [("कि", "का"), ("போ", "பே"), ("***", "—"), ("🎉", "…")])
def test_paragraphs_that_say_something_else_are_not_counted_as_one(one: str, other: str) -> None:
    assert paragraphs(f"{other}\n\n{one}")[1:] == paragraphs(one)


def test_a_letter_has_one_name_however_it_is_spelled() -> None:
    assert paragraphs("Cafe\u0301")[0][0] == paragraphs("Caf\xe9")[0][0]


def test_names_that_are_equal_by_chance_are_told_apart() -> None:
    one, other = "a104074", "a109178"
    assert paragraphs(one)[0][0] == paragraphs(other)[0][0]
    assert len({name for name, _ in paragraphs(f"{one}\n\n{other}\n\n{one}")}) == 3


@settings(max_examples=25)
@given(st.lists(SAID.filter(re.compile(r"[^\W_]").search), min_size=1, max_size=8))
def test_each_paragraph_of_the_html_has_its_own_place(said: list[str]) -> None:
    text = "\n\n".join(said)
    found = shown(BodyMarkup("".join(f"<p>{escape(each)}</p>" for each in said), text))
    assert re.findall(r'<p id="p-(\w+)">', found) == [name for name, _ in paragraphs(text)]


def test_a_heading_that_stands_in_the_paragraph_before_it_has_its_own_place() -> None:
    before = "Families who live without water told the committee, for hours, that housing is a right of everyone."
    text = f"{before}\n\nhousing\n\n1. homes first\n2. clean water\n\nwater"
    html = f"<p>{before}</p><h2>housing</h2><ol><li>homes first</li><li>clean water</li></ol><h2>water</h2>"
    found = shown(BodyMarkup(html, text))
    assert re.findall(r'<(\w+) id="p-', found) == ["p", "h2", "li", "li", "h2"]


def of_list(items: list[str]) -> str:
    """A post's page of a list between two paragraphs, as a layout reads it."""
    text = "\n\n".join(("Before.", "\n".join(f"{at}. {each}" for at, each in enumerate(items, 1)), "After."))
    html = f"<p>Before.</p><ol>{''.join(f'<li>{escape(each)}</li>' for each in items)}</ol><p>After.</p>"
    return shown(BodyMarkup(html, text))


def items_of(html: str) -> list[str]:
    return re.findall(r'<li id="p-(\w{8})">', html)


def test_an_item_keeps_its_place_when_another_is_edited_added_or_moved() -> None:
    before = items_of(of_list(["Homes first", "Clean water", "Bread", "Schools"]))
    assert len(set(before)) == 4
    edited = items_of(of_list(["Homes first", "Clean water!", "Bread and roses", "Schools"]))
    assert [*edited[:2], edited[3]] == [*before[:2], before[3]]
    assert edited[2] != before[2]
    assert items_of(of_list(["New", "Schools", "Bread", "Clean water", "Homes first"]))[1:] == before[::-1]


def test_a_link_to_a_list_leads_to_its_first_item() -> None:
    html = of_list(["Homes first", "Clean water"])
    (_, (old, _), _) = paragraphs("Before.\n\n1. Homes first\n2. Clean water\n\nAfter.")
    first = items_of(html)[0]
    assert old != first
    assert f'<li id="p-{first}"><span class="spot" id="p-{old}"></span><span class="spot" id="p1"></span>Homes' in html


def test_an_item_that_is_a_paragraph_has_one_name() -> None:
    ((name, _),) = paragraphs("- Alone")
    for html in ("<ul><li>Alone</li></ul>", "<ul><li><p>Alone</p></li></ul>"):
        assert re.findall(r'id="p-(\w+)"', shown(BodyMarkup(html, "- Alone"))) == [name]


def test_an_item_is_named_by_its_own_words_and_its_link_stands_behind_them() -> None:
    def places(inner: str) -> list[str]:
        html = f"<ul><li>Rights <b>of all</b><ol><li>{inner}</li></ol></li><li><p>Duties</p></li><li><br></li></ul>"
        return re.findall(
            r'<(?:li|p) id="p-(\w+)">|(</b>|Water|Bread|Duties)<a class="para"', shown(BodyMarkup(html, "Rights"))
        )

    water, bread = places("Water"), places("Bread")
    assert [words for _, words in water if words] == ["</b>", "Water", "Duties"]
    assert [name == other for (name, _), (other, _) in zip(water, bread, strict=True) if name] == [True, False, True]


@settings(max_examples=25)
@given(st.lists(SAID.map(escape), max_size=8), st.lists(SAID.map(escape), max_size=4))
def test_no_two_places_of_a_page_have_the_same_id(items: list[str], others: list[str]) -> None:
    listed = "".join(f"<li>{each}<ul><li>{each}</li></ul></li>" for each in items)
    html = "".join(f"<p>{each}</p>" for each in others) + f"<ul>{listed}</ul>"
    found = re.findall(r'\bid="([^"]+)"', shown(BodyMarkup(html, "\n\n".join((*others, "\n".join(items))))))
    assert len(found) == len(set(found))


def test_a_link_to_a_paragraph_is_never_dead() -> None:
    text = "Opening as we heard it.\n\nOne\n\nTwo of one line.\n\nWords the page spells otherwise.\n\nLast."
    html = shown(BodyMarkup(html="<h2>Beginning</h2><p>One <b>Two of</b> one line.</p><p>Last.</p>", text=text))
    for number, (name, _) in enumerate(paragraphs(text)):
        assert html.count(f'id="p{number}"') == html.count(f'id="p-{name}"') == 1, number
    assert (
        html.index("Beginning")
        < html.index('id="p0"')
        < html.index("One")
        < html.index('id="p3"')
        < html.index("Last.")
    )


def test_words_are_marked_whole_whatever_their_capitals() -> None:
    body = BodyMarkup("<p>Water, waters &amp; WATER <b>human   rights</b></p>", None, ("water", "human rights"))
    assert shown(body) == (
        "<p><mark>Water</mark>, waters &amp; <mark>WATER</mark> <b><mark>human   rights</mark></b></p>"
    )


def test_deep_nesting_keeps_its_text() -> None:
    found = shown(BodyMarkup("<div>" * 500 + "deep" + "</div>" * 500, None))
    assert "deep" in found
    assert found.count("<div>") <= 40
