"""Counts as pages spell them: digits of any script, thousands separators, and the labels beside them.

Only whole numbers count. "1.2K views" is not a count but a rounding, so it reads as None; it was never seen in the
HTML of a Wix page, whose label holds the exact number in every language.
"""

import re
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

#: Between groups of three digits: comma, dot, apostrophes, Arabic separator, and all the spaces in use.
_SEPARATOR = "[,.'’٬ \xa0\u202f\u2009]"
_FIRST = re.compile(rf"\d{{1,3}}(?P<between>{_SEPARATOR})\d{{3}}(?:(?P=between)\d{{3}})*(?!\d)|\d+")
#: Indian groups: 12,34,567.
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}")
#: A number cut short: "1.2K", "3 mil", "1,5 万"; the short forms of CLDR for thousands and millions.
_SHORT = (
    r"(?:(?:[kKmMbBNE]|(?i:mil|mio|mill|mln|mn|tsd|tys|tis|tn|tr|rb|jt|bin|tūkst|tuh|tuhat|elfu|lakh|crore)"
    r"|тыс|млн|тис|хил|хиљ|χιλ|εκ|ألف|مليون|هزار|میلیون|אלף|हज़ार|लाख|হাজার|লাখ)(?![^\W\d_])"
    r"|[千万萬億亿천만억]|พัน|หมื่น)"
)
_ROUNDED = re.compile(rf"\d\s?{_SHORT}")
_DECIMAL = re.compile(r"\d[.,]\d{1,2}(?!\d)")
#: A number that only says that there are more: "999+", ">999".
_BOUND = re.compile(r"\d\s?\+|\+\s?\d|[>≥]\s?\d")
#: Any number, with what makes it a bound or cuts it short.
_ANY = re.compile(rf"[>≥+]?\s?\d[\d.,]*(?:\s?{_SHORT})?(?:\s?\+)?")


def _is_inexact(text: str) -> bool:
    """Whether *text* holds a number that counts nothing: cut short, with a fraction, or a bound."""
    return any(pattern.search(text) for pattern in (_ROUNDED, _DECIMAL, _BOUND))


def is_bound(text: str) -> bool:
    """Whether *text* holds a bound ("999+ views") in place of a number."""
    return _BOUND.search(text) is not None


def is_rounded(text: str) -> bool:
    """Whether *text* holds a number cut short ("1.2K views") in place of a count."""
    return _ROUNDED.search(text) is not None


#: Digits that a count may have; longer ones are no counts, and no column could hold them.
_LONGEST = 12


def _value(digits: str) -> int | None:
    """The number that *digits* (of any script, with separators) spells; None for one that counts nothing."""
    bare = "".join(sign for sign in digits if sign.isdecimal())
    if len(bare) > _LONGEST:
        return None
    return int(bare)


def count(text: str) -> int | None:
    """The one whole number in *text* ("1,261 views", "مشاهدتان (٢)"); None: none, several, rounded or a bound."""
    if _ROUNDED.search(text) or is_bound(text):
        return None
    if indian := _INDIAN.search(text):
        rest = text[: indian.start()] + text[indian.end() :]
        if re.search(r"\d", rest):
            return None
        return _value(indian[0])
    found = list(_FIRST.finditer(text))
    if len(found) != 1 or _DECIMAL.search(text):
        return None
    return _value(found[0][0])


class ShownCounts(NamedTuple):
    """The counts of one line. None: the line does not say."""

    views: int | None = None
    comments: int | None = None
    likes: int | None = None

    def filled(self, other: "ShownCounts") -> "ShownCounts":
        """The same, with what *other* says where this does not say."""
        return ShownCounts(*(theirs if own is None else own for own, theirs in zip(self, other, strict=True)))


# How a label starts in the languages of Wix's interface; in scripts without spaces, what it contains.
_VIEWS = """
view vue vista visua visite lecture ansicht aufruf weergave wyświetle odsłon zhlédnut zobraze visning visad katselu
näyttökert görüntü просмотр перегляд преглед προβολ צפי מבט مشاهد megtekint vizualiz prikaz pregled ogled peržiūr
skatīj vaatami dilihat tontonan lượt दृश्य व्यू ভিউ 閲覧 表示 ビュー 次查看 次检视 次檢視 浏览 瀏覽 查看 观看
觀看 阅读 閱讀 조회 ดู leitu áhorf
"""
_COMMENTS = """
comment comentari comentári kommentar kommentti kommenttia opmerking reactie reacties komentar komentář komentár
komentarz yorum комментари комментар коментар σχόλι σχολί תגוב تعليق hozzászólás megjegyz koment bình ความคิดเห็น
टिप्पणी कमेंट মন্তব্য コメント 评论 評論 留言 댓글 ulasan athugasemd
"""
_LIKES = """
like j'aime j’aime gefällt curtid gosto lajk polub beğeni tykkäy нрав лайк вподоб подобає לייק إعجاب أعجب いいね 赞 讚
喜欢 喜歡 좋아요 thích ถูกใจ पसंद suka
"""
_STEMS = {"comments": tuple(_COMMENTS.split()), "views": tuple(_VIEWS.split()), "likes": tuple(_LIKES.split())}
#: Labels of several words; any other label of several words is prose.
_PHRASES = {"me gusta": "likes", "mi piace": "likes", "gefällt mir": "likes", "vind-ik-leuks": "likes"} | {
    "lượt xem": "views", "bình luận": "comments", "kali dilihat": "views", "lượt thích": "likes",
    "de vizualizări": "views", "de comentarii": "comments", "बार देखा गया": "views", "kez görüntülendi": "views",
}  # fmt: skip
_NOT_LIKED = re.compile(r"[.•·|,\s]*post (?:not )?marked as liked\.?\s*$", re.IGNORECASE)
_AROUND = " \t\xa0\u202f:：.•·|,;/()（）\u200e\u200f"
_LONGEST_LINE = 90


def _spaceless(label: str) -> bool:
    """Whether *label* is of a script that writes labels without spaces, or glues words (Arabic, Chinese, Korean …)."""
    return any("\u0590" <= sign <= "\u06ff" or "\u0e00" <= sign <= "\u0eff" or sign >= "\u1100" for sign in label)


def _kinds(label: str) -> list[str]:
    """The counts that *label* names, first the likeliest; empty: it is no label."""
    words = label.casefold().strip(_AROUND)
    if words in _PHRASES:
        return [_PHRASES[words]]
    if _spaceless(words):
        places = [(words.find(stem), kind) for kind, stems in _STEMS.items() for stem in stems if stem in words]
        return list(dict.fromkeys(kind for _, kind in sorted(places, key=itemgetter(0))))
    if len(words.split()) != 1:
        return []
    return [kind for kind, stems in _STEMS.items() if words.startswith(stems)]


def _pairs(line: str) -> list[tuple[int, str, str]]:
    """(number, text before it, text behind it) of each count in *line*."""
    found = list(_FIRST.finditer(line))
    edges = [0, *(match.end() for match in found)]
    starts = [*(match.start() for match in found), len(line)]
    return [
        (number, line[edges[i] : starts[i]], line[match.end() : starts[i + 1]])
        for i, match in enumerate(found)
        if (number := _value(match[0])) is not None
    ]


@lru_cache(maxsize=4096)
def counts_line(text: str) -> ShownCounts | None:
    """The counts of a line that holds nothing else ("177 views0 comments", "4 views • 0 comments"); None: another line.

    Labels are known in about forty languages. In any other, two numbers with a word behind each, the second number
    glued to the first word, are views and comments: only Wix's footer of a post looks so.
    """
    line = _NOT_LIKED.sub("", text.strip(_AROUND))
    if not 0 < len(line) <= _LONGEST_LINE or _is_inexact(line):
        return None
    pairs = _pairs(line)
    if not 1 <= len(pairs) <= 3:
        return None
    label_first = bool(pairs[0][1].strip(_AROUND))
    found: dict[str, int] = {}
    for number, *near in pairs:
        labels = near if label_first else reversed(near)
        kind = next((kind for label in labels for kind in _kinds(label) if kind not in found), None)
        if kind is None:
            return _glued(line)
        found[kind] = number
    return ShownCounts(**found)


def is_inexact_line(text: str) -> bool:
    """Whether *text* is a line of counts of which one is a bound or cut short ("1.2K views0 comments")."""
    return len(text) <= _LONGEST_LINE and _is_inexact(text) and counts_line(_ANY.sub("2 ", text)) is not None


_GLUED = re.compile(r"(\d[\d,.\s]*?)\s?([^\W\d_]{2,20})(\d[\d,.\s]*?)\s?([^\W\d_]{2,20})")


def _glued(line: str) -> ShownCounts | None:
    """Views and comments of a line in a language that we do not know; None: it has not that shape."""
    match = _GLUED.fullmatch(line)
    if match is None:
        return None
    views, comments = count(match[1]), count(match[3])
    if views is None or comments is None:
        return None
    return ShownCounts(views=views, comments=comments)


_UNITS = ("KB", "MB", "GB")


def size(count: int) -> str:
    """Bytes as people say them, in thousands: ``1 byte``, ``1.4 KB``, ``31 MB``."""
    if count < 1000:
        return plural(count, "byte")
    thousands = min((len(str(count)) - 1) // 3, len(_UNITS))
    value = count / 1000**thousands
    digits = int(value < 10)
    return f"{value:.{digits}f} {_UNITS[thousands - 1]}"


#: Numbers that a sentence spells out.
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def in_words(count: int) -> str:
    """``two``; from ten on in figures, as in running text."""
    return _WORDS[count] if count < len(_WORDS) else f"{count:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 capture``, ``2 captures``; *many* where an s is not enough."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
