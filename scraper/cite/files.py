"""Citations as programs read them: BibTeX, biblatex, RIS, CSL-JSON. Pure; made for exports of many posts."""

import json
from functools import lru_cache

from scraper.cite.record import Item

_MACROS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: Languages by the names that babel and polyglossia have for them.
_BABEL = {
    "ar": "arabic", "bn": "bengali", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fa": "persian",
    "fr": "french", "he": "hebrew", "hi": "hindi", "it": "italian", "ja": "japanese", "ko": "korean", "nl": "dutch",
    "pl": "polish", "pt": "portuguese", "ru": "russian", "th": "thai", "tr": "turkish", "uk": "ukrainian",
    "ur": "urdu", "vi": "vietnamese", "zh": "chinese",
}  # fmt: skip
#: BibTeX counts braces even behind a backslash, so they go by their names.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    }
)  # fmt: skip
_TEX_NEEDED = b"\\{}~^&%$#_"


def bibtex(item: Item) -> str:
    """One ``@misc`` entry for BibTeX, a line feed behind it; UTF-8, TeX's own characters escaped."""
    date = _date(item)
    head = [
        ("author", _tex_authors(item)),
        ("title", _tex(item.get("title", ""))),
        ("howpublished", _tex(item["container-title"])),
        ("year", f"{date[0]}" if date else ""),
        ("day", f"{date[2]}" if len(date) > 2 else ""),
    ]
    month = f"  month = {_MACROS[date[1] - 1]},\n" if len(date) > 1 else ""
    rest = [
        ("url", _tex_url(item["URL"])),
        ("language", _language(item.get("language"))),
        ("keywords", _tex(item.get("keyword", "").replace("; ", ", "))),
        ("abstract", _tex(item.get("abstract", ""))),
        ("note", _tex_note(item)),
    ]
    return f"@misc{{{item['id']},\n{_fields(head)}{month}{_fields(rest)}}}\n"


def biblatex(item: Item) -> str:
    """One ``@online`` entry for biblatex, a line feed behind it."""
    fields = [
        ("author", _tex_authors(item)),
        ("title", _tex(item.get("title", ""))),
        ("organization", _tex(item["container-title"])),
        ("date", _iso(_date(item))),
        ("url", _tex_url(item["URL"])),
        ("langid", _language(item.get("language"))),
        ("keywords", _tex(item.get("keyword", "").replace("; ", ", "))),
        ("abstract", _tex(item.get("abstract", ""))),
        ("note", _tex_note(item)),
    ]
    return f"@online{{{item['id']},\n{_fields(fields)}}}\n"


def ris(item: Item) -> str:
    """One RIS record of type BLOG, its lines ended by CR LF, with an empty line behind it."""
    date = _date(item)
    lines = ["TY  - BLOG"]
    if "author" in item:
        lines += [f"AU  - {_ris_name(each)}" for each in item["author"]]
    if "title" in item:
        lines.append(f"TI  - {item['title']}")
    lines.append(f"T2  - {item['container-title']}")
    if date:
        lines += [f"PY  - {date[0]:04}", f"DA  - {_ris_date(date)}"]
    lines.append(f"UR  - {item['URL']}")
    if "archive_location" in item:
        lines += [f"AV  - {item['archive_location']}", f"L2  - {item['archive_location']}"]
    if "archive" in item:
        lines.append(f"DB  - {item['archive']}")
    if "language" in item:
        lines.append(f"LA  - {item['language']}")
    if "keyword" in item:
        lines += [f"KW  - {word}" for word in item["keyword"].split("; ")]
    if "abstract" in item:
        lines.append(f"AB  - {item['abstract']}")
    if "note" in item:
        lines.append(f"N1  - {item['note']}")
    lines.append("ER  - \r\n\r\n")
    return "\r\n".join(lines)


def csl(item: Item) -> str:
    """The item as JSON, on one line. Files of CSL-JSON are arrays of these."""
    return json.dumps(item, ensure_ascii=False)


def _fields(fields: list[tuple[str, str]]) -> str:
    return "".join([f"  {name} = {{{value}}},\n" for name, value in fields if value])


def _date(item: Item) -> list[int]:
    return item["issued"]["date-parts"][0] if "issued" in item else []


def _iso(date: list[int]) -> str:
    return "-".join(f"{part:02}" for part in date)


def _ris_date(date: list[int]) -> str:
    """``2021/03/16/``; a month ``2016/12//``."""
    year, month, day = (*(f"{part:02}" for part in date), "", "")[:3]
    return f"{year}/{month}/{day}/"


def _ris_name(name: dict[str, str]) -> str:
    if "literal" in name:
        return name["literal"]
    found = f"{name['family']}, {name['given']}"
    return f"{found}, {name['suffix']}" if "suffix" in name else found


def _tex_authors(item: Item) -> str:
    return " and ".join(map(_tex_name, item.get("author", [])))


def _tex_name(name: dict[str, str]) -> str:
    """``Lind, Jr., Rosa``; a body's name in braces of its own, so that it is not taken apart."""
    if "literal" in name:
        return f"{{{_tex(name['literal'])}}}"
    family = _tex(name["family"])
    if "suffix" in name:
        family += f", {_tex(name['suffix'])}"
    return f"{family}, {_tex(name['given'])}"


def _tex_note(item: Item) -> str:
    note = _tex(item.get("note", ""))
    if "archive_location" not in item:
        return note
    archived = f"Archived at \\url{{{_tex_url(item['archive_location'])}}}"
    return f"{note}; {archived}" if note else archived


@lru_cache(maxsize=64)
def _language(code: str | None) -> str:
    """``english`` for ``en-US``; the code itself where babel has no name that we know."""
    return _BABEL.get((code or "").split("-")[0].lower(), _tex(code or ""))


def _tex(text: str) -> str:
    # Bytes are looked through in a tenth of the time that a set of characters or an expression takes.
    raw = text.encode("utf-8", "replace")
    return text if len(raw.translate(None, _TEX_NEEDED)) == len(raw) else text.translate(_TEX)


def _tex_url(url: str) -> str:
    """Verbatim for TeX, so only what would end the field is encoded."""
    return url.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D").replace(" ", "%20")
