"""How dates, numbers and addresses are written for people. Pure; English."""

import re
from urllib.parse import unquote, urlsplit

from scraper.dates import in_words

#: A day in words.
day = in_words


def moment(stamp: str | None) -> str:
    """``16 March 2021, 14:05 UTC``; without a time where *stamp* has none."""
    found = re.match(r"\d{4}-\d\d-\d\dT(\d\d:\d\d)", stamp or "")
    return f"{day(stamp)}, {found[1]} UTC" if found else day(stamp)


def number(value: int | None) -> str:
    """``1,261``; a dash for None."""
    return "–" if value is None else f"{value:,}"


def host(url: str | None) -> str:
    """The host of *url* without ``www.``; empty where it has none."""
    try:
        found = urlsplit(url or "").hostname or ""
    except ValueError:
        return ""
    return found.removeprefix("www.")


def readable(url: str) -> str:
    """*url* as a person reads it: decoded, without scheme and ``www.``."""
    return re.sub(r"^https?://(www\.)?", "", unquote(url)).rstrip("/")


def short(text: str | None, length: int = 200) -> str:
    """*text* in one line, cut at a word."""
    line = " ".join((text or "").split())
    if len(line) <= length:
        return line
    return line[:length].rsplit(" ", 1)[0].rstrip(",.;:–- ") + "…"


def size(count: int | None) -> str:
    """Bytes as people say them: ``31 MB``."""
    value = float(count or 0)
    for unit in ("bytes", "KB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if value >= 10 or unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return ""


def language_name(code: str | None) -> str:
    """``Spanish`` for ``es``; the code itself where we have no name."""
    return LANGUAGES.get((code or "").split("-")[0].lower(), code or "")


def direction(code: str | None) -> str:
    """``rtl`` for the languages written from right to left, else ``ltr``."""
    return "rtl" if (code or "").split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi"})
LANGUAGES = {
    "am": "Amharic", "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fa": "Persian",
    "fr": "French", "he": "Hebrew", "hi": "Hindi", "ht": "Haitian Creole", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "nl": "Dutch", "pt": "Portuguese", "ru": "Russian", "so": "Somali", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
