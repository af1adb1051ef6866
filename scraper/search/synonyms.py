"""Spellings of the field that mean one thing. Edit `TABLE`: one group a line, spellings separated by ``|``;
a line that ends with ``|`` goes on in the next.

Applied to the words of a query, never to the index and never inside quotation marks: whoever searches ``CERD`` also
finds ICERD and the convention's full name. Capitals, accents and punctuation do not matter, except that a spelling in
`NEEDS_CAPITALS` is taken for an abbreviation only when written in capitals (``US``, not ``us``).
"""

import re
from collections.abc import Iterator
from functools import cache

TABLE = """
CERD | ICERD | International Convention on the Elimination of All Forms of Racial Discrimination |
    Committee on the Elimination of Racial Discrimination
CEDAW | Convention on the Elimination of All Forms of Discrimination Against Women
CAT | UNCAT | Convention Against Torture | Committee Against Torture
ICCPR | International Covenant on Civil and Political Rights
ICESCR | CESCR | International Covenant on Economic, Social and Cultural Rights
CRC | Convention on the Rights of the Child
CRPD | Convention on the Rights of Persons with Disabilities
UDHR | Universal Declaration of Human Rights
UPR | Universal Periodic Review
HRC | UNHRC | Human Rights Council
OHCHR | UNHCHR | High Commissioner for Human Rights
UN | U.N. | United Nations
US | U.S. | USA | U.S.A. | United States
USHRN | US Human Rights Network | U.S. Human Rights Network
PAD | people of African descent
WGEPAD | UNWGEPAD | Working Group of Experts on People of African Descent
PFPAD | Permanent Forum on People of African Descent
43/1 | 431 | A/HRC/RES/43/1
DDPA | Durban Declaration and Programme of Action | Durban Declaration
EMRIP | Expert Mechanism on the Rights of Indigenous Peoples
UNDRIP | Declaration on the Rights of Indigenous Peoples
NHRI | National Human Rights Institution | National Human Rights Commission
BLM | Black Lives Matter | BlackLivesMatter
COVID-19 | COVID19 | COVID | coronavirus
HR 40 | H.R. 40 | HR40
ESCR | economic, social and cultural rights
NGO | nongovernmental organization | non-governmental organization
LGBTQ | LGBT | LGBTQI | LGBTQIA
FIHRE | Fighting Injustice through Human Rights Education
MDT | member-driven | member driven
"""

#: Abbreviations that are also words.
NEEDS_CAPITALS = frozenset({"us", "cat", "pad", "un"})

#: Words that say nothing alone: nobody misses them in a post.
EMPTY = frozenset(
    re.findall(
        r"\w+",
        """
        a about after all also am an and any are as at be been before being between but by can could did do does for
        from had has have he her his how i if in into is it its me my no nor not of on or other our she should so some
        such than that the their them then there these they this those to under up upon was we were what when where
        which while who whom whose why will with within would you your
        """,
    )
)

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
#: An abbreviation that may be written with dots.
_CAPITALS = re.compile("[A-Z]{2,5}")
_DOTTED = re.compile(r"(?:\w\.){2,}\w?\.?|\w\.\w\.?")


def words(text: str) -> tuple[str, ...]:
    """The words of *text* as the index knows them, but for accents."""
    return tuple(_WORD.findall(text.casefold()))


@cache
def groups() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Words of each spelling → all the spellings of its group."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in re.sub(r"\|\s*\n", "| ", TABLE.strip()).splitlines():
        spellings = tuple(part.strip() for part in line.split("|"))
        for spelling in spellings:
            found.setdefault(words(spelling), spellings)
    return found


#: Words in the longest spelling of the table.
LONGEST = max(map(len, groups()))


def of(spelling: str) -> tuple[str, ...]:
    """The other spellings of *spelling*, as the table has them; empty: it stands in no group."""
    key = words(spelling)
    if len(key) == 1 and key[0] in NEEDS_CAPITALS and spelling.strip(".,;:!?'’") != key[0].upper():
        return ()
    return tuple(other for other in groups().get(key, ()) if words(other) != key)


def abbreviates(spelling: str) -> bool:
    """It is an abbreviation, and so has no other forms: the stem of ``US`` is also that of "use"."""
    return spelling.isupper()


def needs_capitals(spelling: str) -> bool:
    """It is an abbreviation that is also a word."""
    return "".join(words(spelling)) in NEEDS_CAPITALS and abbreviates(spelling)


def forms(word: str) -> Iterator[str]:
    """Other ways to write one word, by rule: joined, split at capitals and digits, with dots."""
    parts = words(word)
    if (len(parts) == 2 and re.search(r"[^\W_]-\d", word)) or _DOTTED.fullmatch(word):
        yield "".join(parts)
    bare = word.strip("#@.,;:!?'’")
    humps = _HUMP.findall(bare)
    if bare.isascii() and bare.isalnum() and len(humps) > 1:
        yield " ".join(humps)
    if _CAPITALS.fullmatch(bare):
        yield " ".join(bare)
