"""The top of a dump: what is a by-line, which line is the title, and when that stays open."""

import pytest

from scraper.reading.page_reader import extract
from scraper.records import Capture, Reading

PROSE = "The delegation met the members on Tuesday and handed over the letter that forty groups had signed."


def dump(text: str, url: str = "", *, end: str = "") -> Reading:
    body = f"{text}\n\n{PROSE}{end}\n\n12 views0 comments\n\nRecent Posts\nSee All".encode()
    return extract(
        Capture(
            url=url, kind="post", source="file", body=body, media_type="text/plain", captured_at="2026-06-01T00:00:00Z"
        )
    )


@pytest.mark.parametrize(
    ("line", "author", "day"),
    [
        ("Ann van der Berg-Roe, PhDMay 9, 20217 min read", "Ann van der Berg-Roe, PhD", "2021-05-09"),
        ("Ann Roe 23 hours ago2 min read", "Ann Roe", None),
        ("Ana de la RúaMay 97 min read", "Ana de la Rúa", None),
        ("JEANNE9 août 20183 min de lecture", "JEANNE", "2018-08-09"),
        ("13 mar 20231 min de lectura", None, "2023-03-13"),
        ("Jane@Company2. Okt. 20224 Min. Lesezeit", "Jane@Company", "2022-10-02"),
        ("Ян Дубов6 мая 2021 г.3 мин. чтения", "Ян Дубов", "2021-05-06"),
        ("A letter to everybodyAnn RoeMay 9, 20217 min read", None, "2021-05-09"),
        ("Ann Roe, Jr.Jan 5, 2021Minut čtení: 1", "Ann Roe, Jr.", "2021-01-05"),
    ],
)
def test_a_line_that_ends_in_a_date_and_a_reading_time_is_a_by_line(
    line: str, author: str | None, day: str | None
) -> None:
    reading = dump(f"top of page\nOur Letter to All\n{line}")
    assert (reading.title, reading.author, reading.published_at) == ("Our Letter to All", author, day)
    assert reading.body_text == PROSE


@pytest.mark.parametrize("sign", ["*", "•", "‣", "●", "▪", "·"])
def test_any_sign_of_a_list_is_no_part_of_a_name_or_title(sign: str) -> None:
    menu = f"  {sign} Home\n  {sign} Our Work\n\n"
    reading = dump(
        f"top of page\n\n{menu}Our Letter to All\n\n  {sign} Ann Roe\n  {sign} Jun 19, 2025\n  {sign} 3 min read"
    )
    assert (reading.title, reading.author, reading.published_at) == ("Our Letter to All", "Ann Roe", "2025-06-19")
    assert reading.body_text == PROSE


def test_a_lone_name_above_date_and_reading_time_and_a_short_line_below() -> None:
    reading = dump("Ann Roe\nJan 5, 2021\n3 min read\nOur Letter")
    assert (reading.title, reading.author, reading.body_text) == ("Our Letter", "Ann Roe", PROSE)
    month = dump("top of page\nOur Letter\nJan 5, 2021\n3 min read\nJune 2026")
    assert (month.title, month.body_text) == ("Our Letter", f"June 2026\n\n{PROSE}")


def test_a_label_alone_on_its_line_belongs_to_the_date_below() -> None:
    reading = dump("top of page\nOur Letter\nAnn Roe\nJan 5, 2021\n3 min read\nUpdated:\nMar 18, 2021")
    assert (reading.published_at, reading.updated_at, reading.body_text) == ("2021-01-05", "2021-03-18", PROSE)


@pytest.mark.parametrize(
    "line",
    [
        "Minut čtení: 1", "3 minut čtení", "読了時間: 3分", "3분 분량", "讀畢需時 3 分鐘", "Tempo di lettura: 3 min",
        "3 perc olvasás", "3 мин. чтения", "Читати 3 хв", "ยาว 3 นาที", "3 dakikada okunur", "3 min käytetty lukemiseen",
        "זמן קריאה 3 דקות",
    ],
)  # fmt: skip
def test_reading_times_are_known_in_many_languages(line: str) -> None:
    assert dump(f"top of page\nOur Letter to All\n{line}").body_text == PROSE
    assert dump("top of page\n5 minutes to midnight").title == "5 minutes to midnight"


def test_a_name_where_the_address_tells_another_title_leaves_the_title_open() -> None:
    address = "https://www.example.org/post/what-the-river-told-us-in-spring"
    reading = dump("top of page\nAnn Roe", address)
    assert (reading.title, [it.kind for it in reading.problems]) == (None, ["title-open"])
    assert dump("top of page\nAnn Roe", "https://www.example.org/post/ann-roe").title == "Ann Roe"


def test_categories_that_were_run_together_are_no_body() -> None:
    reading = dump("top of page\nOur Letter", end="\n\nWater•Land Rights")
    assert (reading.categories, reading.body_text) == (("Water", "Land Rights"), PROSE)


STORY = f"The hearing of the members went on, and the water was still not clean. {PROSE}\n\nWe left at noon."


def told(head: str, url: str = "") -> tuple[str | None, str | None, str | None]:
    """Title, author and day of a dump with this head above a text of two paragraphs."""
    reading = extract(
        Capture(
            url=url, kind="post", source="file", body=f"{head}\n{STORY}\n45 views0 comments".encode(),
            media_type="text/plain", captured_at="2026-06-01T00:00:00Z",
        )
    )  # fmt: skip
    assert STORY.split("\n")[0] in (reading.body_text or "")
    return reading.title, reading.author, reading.published_at


@pytest.mark.parametrize(
    "head",
    [
        "* \n  * Ann Roe\n* \n    + Jan 5, 2021\n    + 3 min read\nThe Water of Flint",
        "  *     * Ann Roe\n  *   * Jan 5, 2021\n    *   * 3 min read\n# The Water of Flint",
        "* Home\n* News\n# The Water of Flint\n* Ann Roe\n* Jan 5, 2021",
        "## News\n# The Water of Flint\nAnn Roe\nJan 5, 2021\n3 min read",
        "HomeAboutOur TeamOur WorkDonate\nThe Water of Flint\nAnn RoeJan 5, 20213 min read",
        "HomeAboutOur TeamOur WorkDonate\nSearchLog in / Sign up\nAnn RoeJan 5, 2021\nThe Water of Flint",
        "The Water of Flint\nAnn RoeJan 5, 2021",
        "Home\nAbout\nMore\nThe Water of Flint\nAnn Roe\nJan 5, 2021",
        "The Water of Flint\nAnn Roe\nJan 5, 2021\n3 min read\nUpdated: Jan 5, 2021",
        "The Water of Flint\nIndustries\nPartners\nAnn Roe\nJan 5, 2021\n3 min read\nThe Water of Flint",
    ],
)
def test_every_way_to_write_a_head_says_the_same(head: str) -> None:
    assert told(f"top of page\n{head}") == ("The Water of Flint", "Ann Roe", "2021-01-05")


@pytest.mark.parametrize(
    ("head", "title", "author"),
    [
        ("Water\nsamantha.w\nJan 5, 2021\n3 min read", "Water", "samantha.w"),
        ("Flint\nClean Water Action Network\nJan 5, 2021\n3 min read", "Flint", "Clean Water Action Network"),
        ("US Water Network\nJan 5, 2021\n3 min read\nWe Won!", "We Won!", "US Water Network"),
        ("EA\nJan 5, 2021\n3 min read\nThe Water of Flint", "The Water of Flint", "EA"),
        ("Jane van der Berg-Doe, PhD\nJan 5, 2021\n3 min read\nWe Won!", "We Won!", "Jane van der Berg-Doe, PhD"),
        ("The Hearing\nJan 5, 2021\n3 min read\nDear friends,", "The Hearing", None),
        ("The Editors3 days ago\nClean Water", "Clean Water", "The Editors"),
        ("Clean Water\nUSHRN Staff7 min read", "Clean Water", "USHRN Staff"),
        ("Clean Water\nMaría de los Ángeles NúñezMay 9", "Clean Water", "María de los Ángeles Núñez"),
        ("For Immediate Release\nsamantha.w\nJan 5, 2021\n3 min read", "For Immediate Release", "samantha.w"),
        ("Права человека\nJan 5, 2021\n3 min read\nContact: Ann Roe, 202", "Права человека", None),
        ("Chmura\nJan Nowak\n6 maj 2021\n3 minut(y) czytania\nZaktualizowano: 8 maj 2021", "Chmura", "Jan Nowak"),
        ("# 13 Tips for Clean Water\n* Ann Roe\n* Jan 5, 2021", "13 Tips for Clean Water", "Ann Roe"),
    ],
)
def test_title_and_author_are_told_apart_by_their_words(head: str, title: str, author: str | None) -> None:
    assert told(f"top of page\n{head}")[:2] == (title, author)


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ("top of page\nHome\nPolicy\nAnn Roe\nPaul Poe\nJan 5, 2021\n3 min read\nMary Moe", ""),
        ("top of page\nNews\nsamantha.w\nJan 5, 2021\n3 min read", ""),
        ("top of page\nadmin", ""),
        ("top of page\nFlint 4 Justice\nJan 5, 2021\n3 min read\nWe Won!", ""),
        ("top of page\nHow we fought for it for ten long years in the courts", "https://www.example.org/post/flint-gets-clean-water-again"),
        ("top of page\nHome\nPolicy\nPress\nAll Posts\nLaw\nLand", ""),
    ],
)  # fmt: skip
def test_where_nothing_tells_the_title_it_stays_open(head: str, url: str) -> None:
    assert told(head, url)[0] is None


NAMED = "https://www.example.org/post/flint-gets-its-clean-water-again"
LONG = "The engineer and former head of the water works of Flint on pipes, on courts and on the ten years that it took"


@pytest.mark.parametrize(
    ("head", "url"),
    [
        (f"* Ann Roe\n{LONG}", ""),
        ("* Ann Roe\nA talk with the head of the works", NAMED),
        ("* Ann Roe\n* Jan 5, 2021\n* 3 min read\nA talk with the head of the works", NAMED),
        ("Ann Roe\nJan 5, 2021\n3 min read", ""),
        ("Ann Roe\nJan 5, 2021\n3 min read", NAMED),
        ("Ann RoeJan 5, 2021", ""),
        ("* Jan 5, 2021\n* 3 min read\n1. A letter was written to the court", ""),
        ("* Jan 5, 2021\n* 3 min read\nletter-to-the-court.pdf", ""),
    ],
)
def test_a_post_whose_owner_hides_its_title_has_none_and_a_note_says_so(head: str, url: str) -> None:
    reading = dump(f"top of page\n{head}", url)
    assert reading.title is None
    assert [problem.field for problem in reading.problems] == ["title"]


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("* Ann Roe\nWe Won", "We Won"),
        ("* Ann Roe\n* Jan 5, 2021\nVoices from the Courts", "Voices from the Courts"),
        ("Ann Roe\nUpdated: Jan 5, 2021", "Ann Roe"),
        ("Letter\n3 min read", "Letter"),
        ("الحق في الماء\nJan 5, 2021\n3 min read", "الحق في الماء"),
    ],
)
def test_a_title_that_is_shown_is_still_known(head: str, title: str) -> None:
    assert dump(f"top of page\n{head}").title == title


def test_a_word_of_menus_is_the_title_where_the_address_is_made_of_it() -> None:
    head = "EA\nJan 5, 2021\n3 min read\nEvents"
    assert dump(head, "https://www.example.org/post/events").title == "Events"


BANNERS = (
    "This site was designed with the .com website builder. Create your website today.Start Now",
    "We use cookies on our website to see how you interact with it.\nAccept",
    "HOMEABOUT USOUR STORYDONATELog In",
    "HomeAboutBlogContact",
    "Home\nAbout\nOur Story\nContact",
    "* Home\n* About\n* Our Story\n* Contact",
)


@pytest.mark.parametrize("banner", BANNERS)
@pytest.mark.parametrize(
    "head",
    ["Ann RoeJan 5, 20213 min read\nThe Water of Flint", "The Water of Flint\n* Ann Roe\n* Jan 5, 2021\n* 3 min read"],
)
def test_what_stands_above_every_page_of_a_site_is_no_title(banner: str, head: str) -> None:
    assert told(f"top of page\n{banner}\n{head}") == ("The Water of Flint", "Ann Roe", "2021-01-05")


@pytest.mark.parametrize("notice", ["Our office is closed until further notice.", "DONATE NOW"])
def test_a_notice_above_and_a_title_below_leave_it_open(notice: str) -> None:
    assert told(f"top of page\n{notice}\nAnn RoeJan 5, 20213 min read\nThe Water of Flint")[0] is None
    assert told(f"top of page\n{notice}\nAnn RoeJan 5, 20213 min read")[0] == notice
    assert told(f"top of page\n{notice}\nThe Water of Flint\nJan 5, 2021\n3 min read")[0] == "The Water of Flint"


@pytest.mark.parametrize(
    "opening", ["For Immediate Release", "Background", "By Drew Wood", "September 2 ~ October 1, 2023", "Jan 7, 2021"]
)
def test_what_opens_a_text_is_neither_its_title_nor_its_date(opening: str) -> None:
    below = extract(
        Capture(
            url="", kind="post", source="file", media_type="text/plain", captured_at="2026-06-01T00:00:00Z",
            body=f"top of page\nHope\nAnn Roe\n3 min read\n{opening}\n{STORY}\n45 views".encode(),
        )
    )  # fmt: skip
    assert (below.title, below.published_at) == ("Hope", None)
    assert (below.body_text or "").startswith(opening)


def test_an_author_in_a_list_of_one_below_the_title() -> None:
    assert told("top of page\nThe Water of Flint\n* Ann Roe") == ("The Water of Flint", "Ann Roe", None)


@pytest.mark.parametrize(
    ("line", "author", "day"),
    [
        ("Equality Net3 days ago12 min read", "Equality Net", None),
        ("Ann Roeil y a 3 jours3 min de lecture", "Ann Roe", None),
        ("Ann Roe6 мая 2021 г.", "Ann Roe", "2021-05-06"),
    ],
)
def test_a_glued_date_is_taken_apart_where_a_title_stands_below(line: str, author: str, day: str | None) -> None:
    assert told(f"top of page\n{line}\nWe Won!") == ("We Won!", author, day)


def test_a_name_alone_above_a_line_that_may_be_a_title_stays_open() -> None:
    reading = dump("top of page\nKofi\nA Letter to All")
    assert (reading.title, [problem.kind for problem in reading.problems]) == (None, ["title-open"])
    assert dump("top of page\nDelegation\nA Letter to All").title == "Delegation"


def test_a_number_sign_is_no_heading_where_nothing_else_is_marked_so() -> None:
    assert told("top of page\n# 1 in the Nation\nAnn Roe\nJan 5, 2021\n3 min read")[0] == "# 1 in the Nation"


def ended(foot: str) -> Reading:
    """A dump that ends with *foot* below a text whose last line is PROSE."""
    body = f"top of page\n\nWater and Land\n\nSeeds are sown by hand.\n\n{PROSE}\n\n{foot}\n\nRecent Posts\nSee All"
    return extract(
        Capture(
            url="", kind="post", source="file", body=body.encode(), media_type="text/plain",
            captured_at="2026-06-01T00:00:00Z",
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("foot", "tags", "categories"),
    [
        ("water\nland\nseeds of hope\n45 views0 comments", ("water", "land", "seeds of hope"), ()),
        ("* Water\n* Land\n* Our Movement\n45 views", ("Water", "Land", "Our Movement"), ()),
        ("#water\n#land\n#hope\n45 views0 comments", ("#water", "#land", "#hope"), ()),
        ("* Water\n45 views", ("Water",), ()),
        ("Decor and Styling16 views2 likes. Post not marked as liked2", (), ("Decor and Styling",)),
        ("Water•Land1 weergave0 opmerkingenPost is niet als leuk gemarkeerd", (), ("Water", "Land")),
        ("Tags: Water\n45 views0 comments", ("Water",), ()),
    ],
)
def test_labels_between_text_and_counts_are_no_body(
    foot: str, tags: tuple[str, ...], categories: tuple[str, ...]
) -> None:
    reading = ended(foot)
    assert reading.body_text == f"Seeds are sown by hand.\n\n{PROSE}"
    assert (reading.tags, reading.categories) == (tags, categories)
    guessed = [problem.kind for problem in reading.problems] == ["tags-guessed"]
    assert guessed == (bool(tags) and not foot.startswith("Tags:"))


@pytest.mark.parametrize(
    ("counts", "comments"),
    [("1.2K views0 comments", None), ("999+ views99+ comments", None), ("1.2K views\n3 comments", 3)],
)
def test_counts_cut_short_are_no_body_and_a_note(counts: str, comments: int | None) -> None:
    reading = ended(counts)
    assert (reading.views, reading.comments, reading.body_text) == (
        None,
        comments,
        f"Seeds are sown by hand.\n\n{PROSE}",
    )
    assert [problem.kind for problem in reading.problems] == ["rounded-count"]
    assert "1.2K miles" in (ended("We walked 1.2K miles").body_text or "")


@pytest.mark.parametrize(
    "end",
    [
        "Ann Roe\nDirector\nUS Human Rights Network",
        "In solidarity,\nWater Keepers\nLand Defenders\nSeed Savers",
        "Signed by:\n* Water Keepers\n* Land Defenders",
        "1 Water Street\nFlint\nMichigan",
        "* Ann Roe\n* Paul Poe\n* Mary Moe",
        "We ask for:\nwater\nland\nseeds",
    ],
)
def test_what_closes_a_letter_is_body(end: str) -> None:
    reading = ended(f"{end}\n\n45 views0 comments")
    assert (reading.body_text or "").endswith(end.splitlines()[-1].removeprefix("* "))
    assert (reading.tags, reading.views) == ((), 45)
