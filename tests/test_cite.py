"""Citations of posts in nine formats, of the revision that was read."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import cite
from scraper.cite import Kind, WriterName
from tests.citations import KINDS

WORK = KINDS["a person"]
#: Kind of post and format → what must come out. Held by hand against the manuals of the styles.
EXPECTED = (Path(__file__).parent / "citations.txt").read_text("utf-8")
STYLES = {style.name: style for style in cite.STYLES}
FILES = {
    "BibTeX": cite.bibtex,
    "biblatex": cite.biblatex,
    "RIS": cite.ris,
    "CSL-JSON": lambda work: cite.csl(cite.record(work)),
}


def written(name: str, kind: str) -> str:
    """The citation of that kind of post, on one line; italics between asterisks, small capitals between plus signs."""
    if name in FILES:
        return " ".join(FILES[name](KINDS[kind]).split())
    item = cite.record(KINDS[kind])
    marks = {Kind.ITALIC: "*", Kind.SMALL_CAPITALS: "+"}
    return "".join(f"{marks.get(run.kind, '')}{run.text}{marks.get(run.kind, '')}" for run in STYLES[name](item))


@pytest.mark.parametrize("name", [*STYLES, *FILES])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_post_is_cited_as_the_style_says(kind: str, name: str) -> None:
    assert f"\n{kind} | {name} | {written(name, kind)}\n" in EXPECTED


def test_no_processor_takes_a_title_for_markup() -> None:
    title = 'x < 5: <b>Now</b> <SPAN class="nocase">and</SPAN> <sc>x</sc> <br>'
    written = cite.csl(cite.record(WORK._replace(title=title)))
    found = json.loads(written)["title"]
    assert found.replace("\u2060", "") == title
    assert not re.search(r"<\s*/?\s*(?:b|i|sc|span|sub|sup)[\s>]", found, re.IGNORECASE)
    assert "x < 5: " in found


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        (None, ()),
        ("admin", ()),
        ("USHRN", (WriterName("USHRN"),)),
        ("UPR 2020", (WriterName("UPR 2020"),)),
        ("UPR Task Force", (WriterName("UPR Task Force"),)),
        ("Committee for Housing, Land and Water", (WriterName("Committee for Housing, Land and Water"),)),
        ("Red Nacional en Defensa del Agua, Oaxaca", (WriterName("Red Nacional en Defensa del Agua, Oaxaca"),)),
        ("شبكة حقوق الإنسان", (WriterName("شبكة حقوق الإنسان"),)),
        ("Сеть по правам человека, США", (WriterName("Сеть по правам человека, США"),)),
        ("人权网络", (WriterName("人权网络"),)),
        ("Voices of the Bayou", (WriterName("Voices of the Bayou"),)),
        ("Dana King", (WriterName("King", "Dana"),)),
        ("King, Dana", (WriterName("King", "Dana"),)),
        ("Dr. Dana M. King", (WriterName("King", "Dana M."),)),
        ("Dana King, Jr.", (WriterName("King", "Dana", "Jr."),)),
        ("Dana King and Ann Lee", (WriterName("King", "Dana"), WriterName("Lee", "Ann"))),
        ("Dana King, Ann Lee & Jo Wu", (WriterName("King", "Dana"), WriterName("Lee", "Ann"), WriterName("Wu", "Jo"))),
        ("Dana King, Ann Lee", (WriterName("King", "Dana"), WriterName("Lee", "Ann"))),
        ("Ludwig van der Berg", (WriterName("van der Berg", "Ludwig"),)),
        ("Nguyễn Thị Hoa", (WriterName("Nguyễn Thị Hoa"),)),
        ("Nguyen Van Hoa", (WriterName("Nguyen Van Hoa"),)),
        ("Pham Duc", (WriterName("Pham Duc"),)),
        ("Park Seon-mi", (WriterName("Park Seon-mi"),)),
        ("Anne-Marie Al-hassan", (WriterName("Al-hassan", "Anne-Marie"),)),
        ("Hoa Nguyen", (WriterName("Nguyen", "Hoa"),)),
        ("Hoa Van Nguyen", (WriterName("Van Nguyen", "Hoa"),)),
        ("Ly Tran", (WriterName("Tran", "Ly"),)),
        (
            "US Human Rights Network; Dana King; Law, Land and Water Fund",
            (
                WriterName("US Human Rights Network"),
                WriterName("King", "Dana"),
                WriterName("Law, Land and Water Fund"),
            ),
        ),
        ("King, Dana and Lee, Ann", (WriterName("King", "Dana"), WriterName("Lee", "Ann"))),
        ("King, D., & Lee, A.", (WriterName("King", "D."), WriterName("Lee", "A."))),
        ("King, Martin L., Jr.", (WriterName("King", "Martin L.", "Jr."),)),
        ("Land, Water & Liberty", (WriterName("Land, Water & Liberty"),)),
        ("Peace and Freedom", (WriterName("Peace and Freedom"),)),
        ("Frauen und Kinder", (WriterName("Frauen und Kinder"),)),
        ("Mary E. Lind", (WriterName("Lind", "Mary E."),)),
        ("Иван И. Сидоров и Анна Е. Петрова", (WriterName("Иван И. Сидоров"), WriterName("Анна Е. Петрова"))),
        ("Ana I. Ruiz y José E. Paz", (WriterName("Ruiz", "Ana I."), WriterName("Paz", "José E."))),
        ("Black Lives Matter", (WriterName("Black Lives Matter"),)),
        ("Mujeres Unidas y Activas", (WriterName("Mujeres Unidas y Activas"),)),
        ("Agua y Vida", (WriterName("Agua y Vida"),)),
        ("Collectif Terre et Liberté", (WriterName("Collectif Terre et Liberté"),)),
        ("Rosa Paz y Ana Ruiz", (WriterName("Paz", "Rosa"), WriterName("Ruiz", "Ana"))),
        (
            "Rosa Paz, Ana Ruiz y Luz Gil",
            (WriterName("Paz", "Rosa"), WriterName("Ruiz", "Ana"), WriterName("Gil", "Luz")),
        ),
        ("José Ortega y Gasset", (WriterName("Ortega y Gasset", "José"),)),
        ("Artur da Costa e Silva", (WriterName("da Costa e Silva", "Artur"),)),
        ("Marie Dubois et Jean-Luc Petit", (WriterName("Dubois", "Marie"), WriterName("Petit", "Jean-Luc"))),
        ("Anna Schmidt und Peter Vogel", (WriterName("Schmidt", "Anna"), WriterName("Vogel", "Peter"))),
        ("Анна Петрова и Иван Сидоров", (WriterName("Анна Петрова"), WriterName("Иван Сидоров"))),
        ("أحمد علي و سارة محمد", (WriterName("أحمد علي"), WriterName("سارة محمد"))),
        ("شبكة حقوق الإنسان و الحريات العامة", (WriterName("شبكة حقوق الإنسان و الحريات العامة"),)),
        ("李明、王芳", (WriterName("李明"), WriterName("王芳"))),
        ("水、土地与住房委员会", (WriterName("水、土地与住房委员会"),)),
        ("Dana King | Ann Lee", (WriterName("King", "Dana"), WriterName("Lee", "Ann"))),
        ("King, Dana; Lee, Ann", (WriterName("King", "Dana"), WriterName("Lee", "Ann"))),
        ("Coalition for Land and Water et al.", (WriterName("Coalition for Land and Water"), WriterName("others"))),
        ("Dana King and 3 others", (WriterName("King", "Dana"), WriterName("others"))),
        ("Rosa Paz y otros", (WriterName("Paz", "Rosa"), WriterName("others"))),
        ("Rosa Lind, Program Director; Dana King, PhD", (WriterName("Lind", "Rosa"), WriterName("King", "Dana"))),
        ("others", ()),
        ("et al.", ()),
        ("Ursula K. Le Guin", (WriterName("Le Guin", "Ursula K."),)),
        ("Dick Van Dyke Jr.", (WriterName("Van Dyke", "Dick", "Jr."),)),
        ("Dana King et al.", (WriterName("King", "Dana"), WriterName("others"))),
        ("Dana King, Ann Lee & others", (WriterName("King", "Dana"), WriterName("Lee", "Ann"), WriterName("others"))),
    ],
)
def test_people_and_bodies_are_told_apart(author: str | None, expected: tuple[WriterName, ...]) -> None:
    assert cite.names(author, "UPR 2020") == expected


TEXT = "The shutoffs resume. It is right that, in winter, Marrow County and the Human Rights Council ask: who is human?"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Water Is a Right: Shutoffs Resume in Marrow County", "Water is a right: Shutoffs resume in Marrow County"),
        ("Who Is Human? The UPR in Winter", "Who is human? The UPR in winter"),
        ("Right of the Human Rights Council", "Right of the Human Rights Council"),
        ("THE SHUTOFFS RESUME IN WINTER", "The shutoffs resume in winter"),
        ("COUNTY ASKS WHO IS HUMAN IN MARROW", "County asks who is human in Marrow"),
        ("Press Release: Adoption of UPR Outcomes", "Press release: Adoption of UPR outcomes"),
        ("Towns and Shutoffs in Two Winters", "Towns and shutoffs in Two winters"),
        ("IN MARROW COUNTY SHUTOFFS RESUME", "In Marrow County shutoffs resume"),
        ("THE UPR MUST NOT END IN US TOWNS", "The UPR must not END in US TOWNS"),
        ("U.S. Must Resume: Who Is Human?", "U.S. must resume: Who is human"),
        ("The shutoffs resume in Marrow", "The shutoffs resume in Marrow"),
    ],
)
def test_a_title_is_put_in_sentence_case_as_its_own_text_spells_the_words(title: str, expected: str) -> None:
    water = TEXT + " Drinking water. The UPR, the US and the county wait."
    item = cite.record(WORK._replace(title=title))
    assert f" {expected.rstrip('?')}" in cite.plain(STYLES["APA"](item, water))


@pytest.mark.parametrize(
    ("title", "expected", "text"),
    [
        ("Who Closed the Pumping Station", "Who closed the pumping station", "They are closing the pumping station."),
        ("Our Shadow Report Is In", "Our shadow report is in", "All reports shadowed the state."),
        ("Planning Stopped", "Planning stopped", "We plan to stop."),
        ("Policies Denied", "Policies denied", "Their policy: denying."),
        ("National Arrivals", "National arrivals", "All arrivals to the nation."),
        ("Votes Openly Counted", "Votes openly counted", "We voted in the open and count."),
        ("Town’s Pumps Stopped", "Town’s pumps stopped", "The town is dry; a pump stops."),
        ("THE STATION CLOSED IN MARROW", "The station closed in Marrow", "They are closing the station in Marrow."),
        ("Talks With Baker", "Talks with Baker", "To bake with Baker is to talk."),
        ("Marrow’s Towns", "Marrow’s towns", "The towns of Marrow marrowed."),
        ("Review of the State in May 2020", "Review of the state in May 2020", "It may review the state in May 2020."),
        ("MARCH FOR WATER ON 5 MARCH", "March for water on 5 March", "We march for water, on 5 March."),
        ("What May Come After the March", "What may come after the march", "It may come; we march."),
        ("This May End", "This may end", "It may end in May."),
        ("What Comes After May 5", "What comes after May 5", "It may come."),
        ("Walls in Wales", "Walls in Wales", "The wall is tall."),
        ("Housing Denied in Essen", "Housing denied in Essen", "They were denying essential housing."),
        ("Kings of Kin", "Kings of Kin", "A kid is kind."),
    ],
)
def test_a_word_is_a_name_where_the_text_has_it_as_one_only_or_the_title_dates_by_it(
    title: str, expected: str, text: str
) -> None:
    assert f" {expected}" in cite.plain(STYLES["APA"](cite.record(WORK._replace(title=title)), text))


def test_a_title_in_another_language_keeps_its_capitals() -> None:
    item = cite.record(WORK._replace(title="Das Recht Auf Wasser", language="de"))
    assert "Das Recht Auf Wasser" in cite.plain(STYLES["APA"](item, "recht wasser auf"))


def test_nothing_says_when_the_reader_looked_at_it() -> None:
    for kind in KINDS:
        for name in (*STYLES, *FILES):
            said = written(name, kind).casefold()
            assert not re.search(r"access|retriev|visited|urldate|\by2 ", said), said


def test_bibtex_escapes_what_tex_would_eat() -> None:
    work = WORK._replace(title=r"100% of {a_b} & #1 ~ \x $5", url="https://x.example/a{b}", archive_url=None)
    entry = cite.bibtex(work)
    expected = r"100\% of \textbraceleft{}a\_b\textbraceright{} \& \#1 \textasciitilde{} \textbackslash{}x \$5"
    assert f"  title = {{{expected}}},\n" in entry
    assert "url = {https://x.example/a%7Bb%7D}" in entry


def test_authors_that_the_site_does_not_name_are_bibtexs_others() -> None:
    assert "  author = {King, Dana and others},\n" in cite.bibtex(WORK._replace(author="Dana King et al."))


def test_authors_that_the_site_does_not_name_are_said_as_each_style_says_them() -> None:
    one, two = (cite.record(WORK._replace(author=f"{names} et al.")) for names in ("Dana King", "Dana King, Ann Lee"))
    begins = {
        "APA": ("King, D., et al. (2021", "King, D., Lee, A., et al. (2021"),
        "MLA": ("King, Dana, et al. “", "King, Dana, et al. “"),
        "Bluebook": ("Dana King et al., ", "Dana King et al., "),
        "OSCOLA": ("Dana King and others, ", "Dana King and others, "),
        "Chicago (note)": ("Dana King et al., ", "Dana King et al., "),
        "Chicago (bibliography)": ("King, Dana, et al. “", "King, Dana, Ann Lee, et al. “"),
    }
    for name, (begin, other) in begins.items():
        assert cite.plain(STYLES[name](one)).startswith(begin), name
        assert cite.plain(STYLES[name](two)).startswith(other), name
    assert "AU  - King, Dana\r\nAU  - et al.\r\n" in cite.ris(WORK._replace(author="Dana King et al."))


def test_of_more_than_twenty_people_apa_names_nineteen_and_the_last() -> None:
    people = [f"Ann {letter}um" for letter in "ABCDEFGHIJKLMNOPQRSTU"]
    said = cite.plain(STYLES["APA"](cite.record(WORK._replace(author="; ".join(people)))))
    assert said.startswith("Aum, A., Bum, A., ") and "Sum, A., … Uum, A. (2021" in said
    twenty = cite.plain(STYLES["APA"](cite.record(WORK._replace(author="; ".join(people[:20])))))
    assert "Sum, A., & Tum, A. (2021" in twenty


@pytest.mark.parametrize(
    ("title", "chicago", "oscola"),
    [
        ("She Said “Never.”", "“She Said ‘Never,’”", "‘She Said “Never”’"),
        ("“We Are ‘Free’ Now”", "“‘We Are “Free” Now,’”", "‘“We Are ‘Free’ Now”’"),
        ("Is It “Justice?”", "“Is It ‘Justice?,’”", "‘Is It “Justice?”’"),
        ("Letters to “the U.S.”", "“Letters to ‘the U.S.,’”", "‘Letters to “the U.S.”’"),
        ("We Wait…", "“We Wait…,”", "‘We Wait…’"),
    ],
)
def test_quotations_within_a_title_change_marks_at_each_level(title: str, chicago: str, oscola: str) -> None:
    item = cite.record(WORK._replace(title=title))
    assert f" {chicago} " in cite.plain(STYLES["Chicago (note)"](item, None))
    assert f" {oscola} " in cite.plain(STYLES["OSCOLA"](item, None))


def test_ris_has_one_value_a_line() -> None:
    work = WORK._replace(title="One\nER  - \r\nTwo", keywords=("UPR", "Housing, Land"), abstract="A\n\nB")
    record = cite.ris(work)
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in record.split("\r\n") if line)
    assert "TI  - One ER - Two\r\n" in record
    assert "KW  - UPR\r\nKW  - Housing, Land\r\n" in record
    assert "AB  - A B\r\n" in record


def by_zotero(record: str) -> list[tuple[str, str]]:
    """Tags and values by the rules of Zotero's translator: what is no tag goes on with the value before; a name is
    parted at its first comma (https://github.com/zotero/translators, RIS.js).
    """
    found: list[tuple[str, str]] = []
    for line in re.split(r"\r\n|[\r\n\x85\u2028\u2029]", record):
        if tag := re.fullmatch(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*))?", line):
            found.append((tag[1], tag[2] or ""))
        elif line:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line}")
    return [(tag, "|".join(re.split(r"\s*,\s*", value, maxsplit=1)) if tag == "AU" else value) for tag, value in found]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\n\n"])
def test_zotero_gets_titles_abstracts_and_names_whole_whatever_signs_and_lines_they_have(end: str) -> None:
    read = by_zotero(
        cite.ris(
            WORK._replace(
                title=f"Water; land, and{end}TY  - JOUR",
                abstract=f"One, two; three{end}ER  - {end}AU  - Four",
                author=f"Dana{end}King; Rosa de la Cruz, Jr.",
            )
        )
    )
    assert [tag for tag, _ in read].count("TY") == [tag for tag, _ in read].count("ER") == 1
    assert [value for tag, value in read if tag == "AU"] == ["King|Dana", "de la Cruz|Rosa, Jr."]
    assert ("TI", "Water; land, and TY - JOUR") in read
    assert ("AB", "One, two; three ER - AU - Four") in read


@pytest.mark.parametrize("body", ["Centre for Rights, Inc.", "Committee for Housing, Land and Water", "人权, 网络"])
def test_ris_has_a_body_s_name_on_one_line_as_the_site_spells_it(body: str) -> None:
    assert re.findall("AU  - (.*)\r\n", cite.ris(WORK._replace(author=body))) == [body]


def test_a_sign_that_parts_keywords_within_one_makes_no_two_of_it_in_a_list() -> None:
    work = WORK._replace(keywords=("Housing, Land", "Rights; Duties"))
    fields = [re.findall(r"  keywords = \{(.*)\}", write(work))[0] for write in (cite.bibtex, cite.biblatex)]
    assert all(len(re.split("[,;]", field)) == 2 for field in fields)
    assert len(re.split("[,;]", cite.record(work)["keyword"])) == 2
    assert re.findall("KW  - (.*)\r\n", cite.ris(work)) == ["Housing, Land", "Rights; Duties"]


def test_a_version_of_which_nothing_is_kept_says_so_and_names_no_address_that_shows_another_tomorrow() -> None:
    work = WORK._replace(kept=False, archive_url=None)
    assert cite.record(work)["note"].endswith("The archive has no capture of this version")
    assert all("has no capture of this version" in write(work) for write in (cite.ris, cite.bibtex, cite.biblatex))
    assert "archive_location" not in cite.record(work)


def test_initials_are_told_apart_also_where_no_blank_is_between_them() -> None:
    item = cite.record(WORK._replace(author="J.R.R. Lind"))
    assert cite.plain(STYLES["APA"](item)).startswith("Lind, J. R. R. (2021")


def test_keys_differ_where_addresses_do() -> None:
    assert cite.key(WORK) != cite.key(WORK._replace(url=WORK.url + "-2"))
    assert re.fullmatch(r"[a-z0-9]+_[0-9a-f]{8}", cite.key(WORK._replace(author="Ünal Öz", title="人权")))


ANY = st.one_of(
    st.none(), st.text(max_size=30), st.sampled_from(["", ",", "and", "&", "Jr.", "de la", "{", "}", "\\", "A: B?"])
)


@given(ANY, ANY, ANY, ANY)
def test_any_words_make_citations(
    title: str | None, author: str | None, date: str | None, abstract: str | None
) -> None:
    """Nothing raises; BibTeX keeps its braces balanced; RIS keeps its lines."""
    work = WORK._replace(title=title, author=author, published=date, abstract=abstract)
    item = cite.record(work)
    assert all(cite.plain(style(item, abstract)) for style in cite.STYLES)
    for entry in (cite.bibtex(work), cite.biblatex(work)):
        assert entry.count("{") == entry.count("}")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in cite.ris(work).split("\r\n") if line)


WORKS = st.builds(
    lambda title, author, date, site, abstract: WORK._replace(
        title=title, author=author, published=date, abstract=abstract, site_name=site or "UPR 2020", url=f"u{title}"
    ),
    *(ANY,) * 5,
)


@given(st.lists(WORKS, min_size=1, max_size=6))
def test_many_posts_are_written_as_each_by_itself(works: list[cite.Work]) -> None:
    """They are cleaned and escaped together; one post's odd signs change nothing of another's."""
    for write in (cite.ris, cite.bibtex, cite.biblatex):
        assert write.of_many(cite.columns(works)) == "".join(map(write, works))


def test_blanks_at_the_ends_of_a_title_go_also_where_many_are_cleaned_together() -> None:
    works = [WORK._replace(title=title) for title in ("One ", " Two", "Three", None, "Four\u00a0five", "six\x07")]
    written = cite.ris.of_many(cite.columns(works))
    assert re.findall("TI  - (.*)\r\n", written) == ["One", "Two", "Three", "Four five", "six"]


def test_addresses_are_cleaned_together_too_and_what_would_end_a_field_of_tex_is_encoded_in_one_alone() -> None:
    works = [WORK._replace(url=url) for url in ("https://a/1", "https://a/{2}", "https://a/ 3\n", "https://a/4%205")]
    written = cite.biblatex.of_many(cite.columns(works))
    assert re.findall(r"  url = \{(.*)\},\n", written) == [
        "https://a/1", "https://a/%7B2%7D", "https://a/%203", "https://a/4%205"
    ]  # fmt: skip
    assert re.findall("UR  - (.*)\r\n", cite.ris.of_many(cite.columns(works)))[2] == "https://a/ 3"


@pytest.mark.parametrize("sign", ["\x01", "\x85", "\u2028", "\ud800", "\ufffe", "\uffff"])
def test_no_citation_holds_what_xml_forbids_or_readers_take_for_the_end_of_a_line(sign: str) -> None:
    work = WORK._replace(
        title=f"One{sign}two", author=f"Dana{sign}King", abstract=sign, url=f"https://a.example/{sign}"
    )
    item = cite.record(work)
    assert item["title"] == "One two"
    styled = [cite.plain(style(item)) for style in cite.STYLES]
    assert not any(sign in text for text in (cite.ris(work), cite.bibtex(work), cite.csl(item), *styled))


def test_years_have_four_digits_where_iso_8601_wants_them() -> None:
    work = WORK._replace(published="0987-03")
    assert "  date = {0987-03},\n" in cite.biblatex(work)
    assert "PY  - 0987\r\nDA  - 0987/03//\r\n" in cite.ris(work)


@pytest.mark.parametrize("kind", KINDS)
def test_files_for_programs_say_what_the_record_says(kind: str) -> None:
    """They are written apart from it, and quickly; tags and variables as the table in `cite.files` pairs them."""
    item = cite.record(KINDS[kind])
    lines = [line.split("  - ", 1) for line in cite.ris(KINDS[kind]).split("\r\n") if line]
    pairs = {"title": "TI", "container-title": "T2", "URL": "UR", "archive_location": "AV", "language": "LA",
             "abstract": "AB", "note": "N1"}  # fmt: skip
    for variable, tag in pairs.items():
        assert [value.replace("\u2060", "") for name, value in lines if name == tag] == (
            [item[variable]] if variable in item else []
        )
    people = [name.get("literal") or f"{name['family']}, {name['given']}" for name in item.get("author", [])]
    said = [value.removesuffix(", Jr.").rstrip(",").replace("\u201a", ",") for name, value in lines if name == "AU"]
    assert said == ["et al." if name == "others" else name for name in people]
    assert "; ".join(value for name, value in lines if name == "KW") == item.get("keyword", "")
    day = "-".join(f"{part:02}" for part in item["issued"]["date-parts"][0]) if "issued" in item else ""
    assert "".join(value for name, value in lines if name == "DA").strip("/").replace("/", "-") == day
    assert (f"date = {{{day}}}" in cite.biblatex(KINDS[kind])) == bool(day)
