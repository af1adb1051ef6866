"""Who wrote it: people, whose names are turned round and cut to initials, and bodies, whose names stay whole.

A name is taken for a person's only where nothing speaks against it; a body's name that is not touched does no harm,
one that is cut at its last word does.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from scraper.cite.text import ascii_letters, line


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Words that stand in names of bodies, not of people: English, Spanish, French, Portuguese, German, Haitian,
#: Arabic, Russian.
_BODIES = _set(
    "action admin administrator advocates agency alliance assembly association blog board bureau campaign caucus center"
    " centre clinic club coalition collective college commission committee communications community company"
    " conference congress coordination corporation council department desk division editor editors federation forum"
    " foundation fund group human inc inc. info initiative institute international international's justice"
    " labor lawyers league llc ltd media ministry mission movement nations network news observatory office"
    " organisation organization party partners partnership people's press program programme project rights school"
    " secretariat service services society staff study task team the tribe trust union united university us ushrn upr"
    " watch webmaster women women's workers youth citizens defenders elders families girls immigrants lives migrants"
    " mothers neighbors parents survivors students teachers tenants veterans voices"
    " alianza asamblea asociación centro coalición comisión comité comunidad concejo consejo derechos federación"
    " fundación grupo iniciativa instituto ministerio movimiento oficina organización proyecto pueblo pueblos red"
    " secretaría sindicato unión universidad estudiantes familias hijos jóvenes madres migrantes mujeres trabajadoras"
    " trabajadores vecinos voces"
    " association centre coalition collectif comité commission conseil droits fédération fondation groupe ligue"
    " mouvement organisation réseau syndicat université citoyens familles femmes jeunes voix"
    " aliança associação coletivo comissão comitê conselho direitos federação fundação movimento organização rede"
    " allianz ausschuss bündnis gesellschaft institut menschenrechte netzwerk stiftung universität verein"
    " verband zentrum dwa rezo òganizasyon"
    " شبكة مركز جمعية منظمة مؤسسة لجنة اتحاد حركة مجلس هيئة حملة رابطة نقابة تحالف ائتلاف معهد حزب وزارة جامعة"
    " комитет организация союз фонд центр сеть движение ассоциация институт министерство"
)
#: Words that join the words of a body's name; in small letters no person's name has them.
_JOINTS = _set("against at for from in of on to with para pour für contre ohne sur und et och og")
#: Accounts that name nobody.
_NOBODY = _set("admin administrator webmaster info editor staff author anonymous unknown others various") | {
    "web admin", "site admin", "et al", "et al.", "various authors",
}  # fmt: skip
_HONORIFICS = _set("dr dra frau herr lic mlle mme sra srta prof professor rev hon mr mrs ms mx sir dame atty")
_SUFFIXES = _set("jr sr ii iii iv")
#: Behind a name, and no part of it in any style.
_DEGREES = _set("ba bsc dphil edd esq jd llb llm ma mba md mph ms msc msw phd rn") | {"ph.d", "m.d", "j.d", "m.a"}
#: What somebody does, behind a comma and a name.
_ROLES = _set(
    "advisor adviser analyst assistant associate attorney ceo chair chairperson co-chair co-director co-executive"
    " columnist consultant contributor coordinator correspondent counsel director editor editor-in-chief fellow founder"
    " guest intern journalist lead manager member officer organizer president producer professor rapporteur reporter"
    " researcher secretary spokesperson treasurer volunteer writer"
)
_PARTICLES = _set("al bin da de del della den der di dos du e el i ibn la las le los ten ter van von y")
#: Particles that begin a family name in capitals too: Le Guin, De Niro. Elsewhere these are middle names as well.
_CAPITAL_PARTICLES = frozenset({"De", "Del", "Della", "Di", "Du", "Le", "Van", "Von"})
#: Within a family name of two: Ortega y Gasset, Puig i Cadafalch, Costa e Silva.
_DOUBLING = frozenset({"y", "i", "e"})
#: Family names of Vietnam, without their marks. They stand first, unless their bearer writes in the Western order.
_VIETNAMESE = _set(
    "bui cao dang dao dinh do doan duong ha ho hoang huynh lam le luong luu ly mai ngo nguyen pham phan phung quach ta"
    " thai to ton tran trinh truong vo vu"
)
#: Those that are no given name or word elsewhere, and so tell the order of two words also.
_ONLY_VIETNAMESE = _set("huynh nguyen pham trinh truong")
#: Words that a person's name has at most, particles and suffixes aside.
_LONGEST = 4


@dataclass(frozen=True, slots=True)
class WriterName:
    """A person, or a body (*given* and *suffix* are empty)."""

    family: str
    given: str = ""
    #: ``Jr.``
    suffix: str = ""

    @property
    def inverted(self) -> str:
        """As indexes write it: ``Lind, Rosa, Jr.``"""
        return ", ".join(filter(None, (self.family, self.given, self.suffix)))

    @property
    def indexed(self) -> str:
        """For programs that drop what stands behind a second comma: ``Lind, Rosa Jr.``; a body as it is."""
        return ", ".join(filter(None, (self.family, " ".join(filter(None, (self.given, self.suffix))))))

    @property
    def straight(self) -> str:
        """As it is said: ``Rosa Lind Jr.``"""
        return " ".join(filter(None, (self.given, self.family, self.suffix)))

    @property
    def initials(self) -> str:
        """As APA writes it: ``Lind, R., Jr.``"""
        given = re.sub(r"(?<=\w)\.(?=\w)", ". ", self.given).split()
        letters = " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in given)
        return ", ".join(filter(None, (self.family, letters, self.suffix)))


@lru_cache(maxsize=4096)
def names(author: str | None, site_name: str = "") -> tuple[WriterName, ...]:
    """The authors in *author*, as the site shows them; none where it names nobody. The site itself is a body."""
    text, site = _ET_AL.sub(f"; {OTHERS}", _BY.sub("", line(author))), line(site_name)
    if not re.search(r"\w", text) or text.casefold() in _NOBODY:
        return ()
    if text.casefold() == site.casefold():
        return (WriterName(text),)
    # A body's name has commas and "and" in it, but no semicolon, and no stroke between blanks.
    listed = (_without_roles(part).strip(" ,") for part in re.split(r";|\s[|/•·]\s", text))
    return tuple(name for part in listed for name in _names_in(part, site)) or (WriterName(text),)


def _names_in(text: str, site_name: str) -> list[WriterName]:
    """The names in one part of a list, between semicolons."""
    if not re.search(r"\w", text):
        return []
    if text.casefold() == site_name.casefold():
        return [WriterName(text)]
    if people := _listed_elsewhere(text):
        return [_person(each) for each in people]
    if _is_body(text):
        return [WriterName(text)]
    return _listed_in_english(text)


def _listed_in_english(text: str) -> list[WriterName]:
    parts = list(map(_pieces, filter(None, re.split(r"\s*,?\s+(?:and|&)\s+", text))))
    if len(parts) > 1 and not any(" " in piece for piece in chain.from_iterable(parts)):
        return _one_word_each(text, parts)
    return list(chain.from_iterable(_people(pieces, alone=len(parts) == 1) for pieces in parts))


def _one_word_each(text: str, parts: list[list[str]]) -> list[WriterName]:
    """``King, Dana and Lee, Ann`` are two people turned round; ``Land, Water & Liberty`` is one body."""
    if all(len(pieces) == 2 for pieces in parts):
        return [_person(", ".join(pieces)) for pieces in parts]
    return [WriterName(text)]


#: Joins the last two of a list of people: in Spanish, Portuguese, Catalan, French, German, Swedish, Danish, Russian,
#: Greek, Arabic; or stands between any two: in Arabic, Chinese, Japanese.
_JOINED_ELSEWHERE = re.compile(r"\s+(?:y|e|i|et|und|och|og|и|και|و)\s+|،\s|、")
_BETWEEN = re.compile(r"\s*[,،]?\s+(?:y|e|i|et|und|och|og|и|και|و)\s+|\s*[,،、]\s*")


def _listed_elsewhere(text: str) -> list[str]:
    """The people in a list that another language than English joins; empty: *text* is none, as far as can be told.

    Each must have a name of two words or more, as Ortega y Gasset, who is one, has not on both sides.
    """
    people = [each for each in _BETWEEN.split(text) if not _is_degree(each)]
    is_whole = _is_short if "、" in text else _is_like_a_person
    if _JOINED_ELSEWHERE.search(text) and all(map(is_whole, people)):
        return people
    return []


def _is_short(text: str) -> bool:
    """As names of people are in Chinese and Japanese."""
    return len(text) <= _LONGEST


def _is_like_a_person(text: str) -> bool:
    """Whether *text* has two to four words, all of them spelled as in names, none of them a body's."""
    words = _counted(text.split())
    return len(words) in range(2, _LONGEST + 1) and not any(map(_is_in_no_name, words))


#: An article of Arabic, digits, the signs of bodies.
_IN_NO_NAME = re.compile(r"^ال|\d|['’]s$|&")


def _is_in_no_name(word: str) -> bool:
    return word[0].islower() or _plain(word) in _BODIES or bool(_IN_NO_NAME.search(word))


#: Stands for authors that the site does not name.
OTHERS = "others"
_ET_AL = re.compile(
    r"[,;]?\s+(?:et\s+al\.?|(?:and|&)\s+(?:(?:the|many|several|\d+)\s+)?others|y\s+otr[oa]s|e\s+outr[oa]s|et\s+autres"
    r"|und\s+andere|u\.\s?a\.)$",
    re.IGNORECASE,
)
_BY = re.compile(r"^(?:written |posted )?by:? ", re.IGNORECASE)


def _without_roles(text: str) -> str:
    """*text* without what somebody does: ``Rosa Lind, Program Director``."""
    first, *others = text.split(",")
    return ",".join((first, *(piece for piece in others if _plain(piece).rpartition(" ")[2] not in _ROLES)))


def _pieces(part: str) -> list[str]:
    """What stands between the commas of *part*, degrees left out."""
    return [piece.strip() for piece in part.split(",") if re.search(r"\w", piece) and not _is_degree(piece)]


def _people(pieces: list[str], *, alone: bool) -> list[WriterName]:
    """The people in one part of a list: ``King, Dana`` alone is one of them, ``Dana King, Ann Lee`` two."""
    if _is_one_person(pieces, alone=alone):
        return [_person(", ".join(pieces))]
    return [_person(piece) for piece in pieces]


def _is_one_person(pieces: list[str], *, alone: bool) -> bool:
    match pieces:
        case [first, second]:
            return _plain(second) in _SUFFIXES or (alone and " " not in first)
        case [first, _, third]:
            return _plain(third) in _SUFFIXES and " " not in first
    return False


def _plain(word: str) -> str:
    return word.strip().casefold().strip(".")


def _is_degree(piece: str) -> bool:
    return _plain(piece) in _DEGREES


def _is_body(text: str) -> bool:
    """Whether *text* as a whole names a body: by its words, its length, or a script we cannot take apart."""
    words = [word.casefold().strip(".,'’()") for word in text.split()]
    return any(speaks(text, words) for speaks in _FOR_A_BODY)


#: What speaks for a body, asked of a name and its words in turn.
_FOR_A_BODY: tuple[Callable[[str, list[str]], bool], ...] = (
    lambda _, words: len(words) == 1,
    lambda _, words: not _BODIES.isdisjoint(words),
    lambda text, _: not _JOINTS.isdisjoint(text.split()),
    lambda text, _: text.split()[1] in _DOUBLING,
    lambda text, _: bool(re.search(r"\d|['’]s\b", text)),
    lambda text, _: not _is_latin(text),
    lambda text, words: len(_counted(words)) > _LONGEST and not re.search(r",|;|&|\band\b", text),
)


def _counted(words: Iterable[str]) -> list[str]:
    """*words* without those that come on top of what a name has."""
    return [word for word in words if word not in _PARTICLES and _plain(word) not in _SUFFIXES | _HONORIFICS]


def _is_latin(text: str) -> bool:
    return all(unicodedata.name(ch, "").startswith("LATIN") for ch in text if ch.isalpha() and not ch.isascii())


def _person(text: str) -> WriterName:
    """A name in its usual order, or already turned round (``King, Dana``)."""
    family, _, behind = (part.strip() for part in text.partition(","))
    if behind and _plain(behind) not in _SUFFIXES:
        given, _, suffix = (part.strip() for part in behind.partition(","))
        return WriterName(family, given, suffix)
    words, suffixes = _without_suffix([word for word in family.split() if _plain(word) not in _HONORIFICS])
    return _turned_round(words, " ".join(filter(None, (*suffixes, behind)))) or WriterName(text.strip())


def _turned_round(words: list[str], suffix: str) -> WriterName | None:
    """The name that *words* are in their usual order; None: they are none."""
    if not words:
        return None
    if len(words) == 1 or _is_body(" ".join(words)) or _is_family_first(words):
        return WriterName(" ".join(filter(None, (*words, suffix))))
    start = _family_from(words)
    return WriterName(" ".join(words[start:]), " ".join(words[:start]), suffix)


def _is_family_first(words: list[str]) -> bool:
    """Whether *words* may be in the order of Vietnam or Korea: Nguyen Van Hoa, Kim Dae-jung. These stay as they are."""
    if len(words) == 2:
        return ascii_letters(words[0]) in _ONLY_VIETNAMESE or bool(_KOREAN.fullmatch(words[1]))
    return ascii_letters(words[0]) in _VIETNAMESE


#: A given name of two syllables, but no Al-hassan.
_KOREAN = re.compile(r"(?!(?:Al|Ben|Bin|El|Ibn|Um)-)[A-Z][a-z]+-[a-z]+")


def _without_suffix(words: list[str]) -> tuple[list[str], list[str]]:
    """*words* without the degrees and suffixes at their end, and these suffixes."""
    suffix: list[str] = []
    while len(words) > 2 and _plain(words[-1]) in _DEGREES | _SUFFIXES:
        *words, last = words
        suffix[:0] = [last] * (_plain(last) in _SUFFIXES)
    return words, suffix


def _family_from(words: list[str]) -> int:
    """At which of *words* the family name begins: the last one, or the particles before it."""
    start = len(words) - 1
    start -= 2 * (start > 2 and words[start - 1] in _DOUBLING)
    while start > 1 and words[start - 1] in _PARTICLES | _CAPITAL_PARTICLES:
        start -= 1
    return start
