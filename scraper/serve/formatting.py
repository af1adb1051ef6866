"""How dates, numbers and addresses are written for people. Pure; English."""

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from scraper import numbers
from scraper.dates import in_words
from scraper.search import language_alone

#: A day in words.
day = in_words


def moment(stamp: str | None) -> str:
    """``16 March 2021, 14:05 UTC``; without a time where *stamp* has none."""
    found = re.match(r"\d{4}-\d\d-\d\dT(\d\d:\d\d)", stamp or "")
    if found:
        return f"{day(stamp)}, {found[1]} UTC"
    return day(stamp)


def short_day(stamp: str | None) -> str:
    """``9 Mar 2021``; as precise as *stamp*."""
    return " ".join(word[:3] if word.isalpha() else word for word in day(stamp).split())


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


def isolated(name: str) -> str:
    """*name* for the middle of an English line: one that is written from right to left is marked off (UAX 9, isolates),
    so that it does not draw the numbers behind it to its other side.
    """
    if any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in name):
        return f"\u2068{name}\u2069"
    return name


def size(count: int | None) -> str:
    """Bytes as people say them: ``31 MB``; None as none."""
    return numbers.size(count or 0)


def language_name(code: str | None) -> str:
    """``Spanish`` for ``es``; the code itself where we have no name."""
    return LANGUAGES.get(language_alone(code or ""), code or "")


def direction(code: str | None) -> str:
    """``rtl`` for the languages written from right to left, else ``ltr``."""
    if language_alone(code or "") in RIGHT_TO_LEFT:
        return "rtl"
    return "ltr"


RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi"})
#: All that `scraper.language` can tell, and a few that pages name of themselves.
LANGUAGES = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali",
    "bs": "Bosnian", "ca": "Catalan", "ceb": "Cebuano", "co": "Corsican", "cs": "Czech", "cy": "Welsh",
    "da": "Danish", "de": "German", "el": "Greek", "en": "English", "eo": "Esperanto", "es": "Spanish",
    "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fil": "Filipino", "fr": "French",
    "fy": "Western Frisian", "ga": "Irish", "gd": "Scottish Gaelic", "gl": "Galician", "gu": "Gujarati",
    "ha": "Hausa", "haw": "Hawaiian", "he": "Hebrew", "hi": "Hindi", "hmn": "Hmong", "hr": "Croatian",
    "ht": "Haitian Creole", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "ig": "Igbo", "is": "Icelandic",
    "it": "Italian", "ja": "Japanese", "jv": "Javanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer",
    "kn": "Kannada", "ko": "Korean", "ku": "Kurdish", "ky": "Kyrgyz", "la": "Latin", "lb": "Luxembourgish",
    "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian", "mg": "Malagasy", "mi": "Māori", "mk": "Macedonian",
    "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi", "ms": "Malay", "mt": "Maltese", "my": "Burmese",
    "nb": "Norwegian Bokmål", "ne": "Nepali", "nl": "Dutch", "nn": "Norwegian Nynorsk", "no": "Norwegian",
    "ny": "Chichewa", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sd": "Sindhi", "si": "Sinhala", "sk": "Slovak", "sl": "Slovenian", "sm": "Samoan",
    "sn": "Shona", "so": "Somali", "sq": "Albanian", "sr": "Serbian", "st": "Southern Sotho", "su": "Sundanese",
    "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "tg": "Tajik", "th": "Thai", "tl": "Tagalog",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "xh": "Xhosa",
    "yi": "Yiddish", "yo": "Yoruba", "zh": "Chinese", "zu": "Zulu",
}  # fmt: skip
