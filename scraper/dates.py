"""Dates as pages spell them, in about forty languages, to ISO 8601.

Nothing is completed: a date without a year, or a relative one ("3 days ago"), gives no date but says why. Purely
numeric dates are read only where one reading is possible ("13/4/2021"), and with dots day first, as dots are used.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from scraper.wording import framed


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text that is a date and nothing else."""

    #: ``2021-03-18``, or ``2016-12`` where no day is named; None: see *lack*.
    iso: str | None
    #: Why *iso* is None: ``year`` (it names none) or ``relative`` (it counts from an unknown moment); else None.
    lack: str | None = None


# Twelve paragraphs, January first: names and abbreviations without their dot, in lower case, of en es fr de nl it pt
# ca ro pl cs sk sl sv da no fi is et lv lt hu tr id el ru uk bg sr he ar hi bn th vi. Where a name means two months
# ("listopad", November in Czech, October in Croatian) the more widely spoken language decides.
_MONTHS = """
january jan enero ene janvier janv januar januari gennaio gen janeiro gener ianuarie ian styczeń stycznia sty leden
ledna led január jän jänner tammikuu tammikuuta tammik tammi janúar jaanuar jaan janvāris janvārī sausio saus sausis
ocak oca ιανουάριος ιανουαρίου ιαν январь января янв січень січня січ януари яну јануар јан ינואר ינו يناير
كانون_الثاني जनवरी जन॰ जन জানুয়ারি जानेवारी มกราคม ม.ค

february feb febrero février févr fév fevrier februar februari feber febbraio febb fevereiro fev febrer febr
februarie luty lutego lut únor února úno február helmikuu helmikuuta helmik helmi febrúar veebruar veebr februāris
februārī vasario vas şubat şub φεβρουάριος φεβρουαρίου φεβ φεβρ февраль февраля февр фев лютий лютого лют февруари
фебруар феб פברואר פבר فبراير شباط फ़रवरी फरवरी फ़र॰ फ़र ফেব্রুয়ারি กุมภาพันธ์ ก.พ

march mar marzo mars märz mär maart mrt março marc març martie marzec marca březen března bře marec maaliskuu
maaliskuuta maalisk maalis märts marts martā kovo kov március márc mart maret μάρτιος μαρτίου μάρ μαρ март марта мар
березень березня бер мартᅠ מרץ مارس آذار मार्च মার্চ มีนาคม มี.ค

april apr abril abr avril avr aprile aprilie kwiecień kwietnia kwi duben dubna dub apríl huhtikuu huhtikuuta huhtik
huhti aprill aprīlis aprīlī balandžio bal április ápr nisan nis απρίλιος απριλίου απρ апрель апреля апр квітень
квітня квіт април אפריל אפר أبريل ابريل نيسان अप्रैल अप्रै এপ্রিল เมษายน เม.ย

may mayo mai mei maggio mag maio maig maj maja majs maijs maijā květen května kvě máj mája toukokuu toukokuuta
toukok touko maí gegužės geg május mayıs μάιος μαΐου μάι μαϊ май мая травень травня трав мај מאי مايو أيار मई মে
พฤษภาคม พ.ค

june jun junio juin juni giugno giu junho juny iunie iun czerwiec czerwca cze červen června čvn čer jún júna kesäkuu
kesäkuuta kesäk kesä júní juuni jūnijs jūnijā birželio birž június haziran haz ιούνιος ιουνίου ιουν июнь июня июн
червень червня черв юни јун יוני יונ يونيو حزيران जून জুন มิถุนายน มิ.ย

july jul julio juillet juil juli luglio lug julho juliol iulie iul lipiec lipca lip červenec července čvc júl júla
heinäkuu heinäkuuta heinäk heinä júlí juuli jūlijs jūlijā liepos liep július temmuz tem ιούλιος ιουλίου ιουλ июль
июля июл липень липня лип юли јул יולי يوليو تموز जुलाई जुल॰ জুলাই กรกฎาคม ก.ค

august aug agosto ago août aout augustus agost sierpień sierpnia sie srpen srpna srp augusti elokuu elokuuta elok
elo ágúst ágú augusts augustā rugpjūčio rugp augusztus ağustos ağu agustus agt agu αύγουστος αυγούστου αυγ август
августа авг серпень серпня серп אוגוסט אוג أغسطس آب अगस्त अग॰ আগস্ট สิงหาคม ส.ค

september sept sep septiembre setiembre septembre settembre set setembro setembre septembrie wrzesień września wrz
září zář septembra syyskuu syyskuuta syysk syys rugsėjo rugs szeptember szept eylül eyl σεπτέμβριος σεπτεμβρίου σεπ
σεπτ сентябрь сентября сент сен вересень вересня вер септември септ септембар сеп ספטמבר ספט سبتمبر أيلول सितंबर
सित॰ सितम्बर সেপ্টেম্বর กันยายน ก.ย septembris septembrī

october oct octubre octobre oktober okt ottobre ott outubro out octombrie październik października paź říjen října
říj október októbra lokakuu lokakuuta lokak loka oktoober oktobris oktobrī spalio spal ekim eki οκτώβριος οκτωβρίου
οκτ октябрь октября окт жовтень жовтня жовт октомври октобар אוקטובר אוק أكتوبر اكتوبر تشرين_الأول अक्टूबर अक्तूबर
अक्तू॰ অক্টোবর ตุลาคม ต.ค

november nov noviembre novembre novembro noiembrie listopad listopada lis marraskuu marraskuuta marrask marras
nóvember novembris novembrī lapkričio lapkr kasım kas nopember νοέμβριος νοεμβρίου νοέ νοε ноябрь ноября нояб ноя
листопад листопада лист ноември новембар нов נובמבר נוב نوفمبر تشرين_الثاني नवंबर नव॰ नवम्बर নভেম্বর พฤศจิกายน พ.ย
noem

december dec diciembre dic décembre déc decembre dezember dez dicembre dezembro desembre decembrie grudzień grudnia
gru prosinec prosince pro decembra joulukuu joulukuuta jouluk joulu desember des detsember dets decembris decembrī
gruodžio gruod aralık ara δεκέμβριος δεκεμβρίου δεκ декабрь декабря дек грудень грудня груд декември децембар דצמבר
דצמ ديسمبر كانون_الأول दिसंबर दिस॰ दिसम्बर ডিসেম্বর ธันวาคม ธ.ค
"""

_WEEKDAYS = """
monday mon tuesday tue tues wednesday wed thursday thu thurs friday fri saturday sat sunday sun
lunes martes miércoles jueves viernes sábado domingo lundi mardi mercredi jeudi vendredi samedi dimanche
montag dienstag mittwoch donnerstag freitag samstag sonntag mo di mi do fr sa so
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag lunedì martedì mercoledì giovedì venerdì sabato domenica
segunda-feira terça-feira quarta-feira quinta-feira sexta-feira
poniedziałek wtorek środa czwartek piątek sobota niedziela
måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag
понедельник вторник среда четверг пятница суббота воскресенье
"""

_RELATIVE = re.compile(
    r"(?:just now|yesterday|today|now|hier|aujourd.hui|ayer|hoy|gestern|heute|ontem|hoje|ieri|oggi|gisteren|vandaag"
    r"|wczoraj|dzisiaj|včera|dnes|igår|i går|eilen|dün|bugün|вчера|сегодня|вчора|сьогодні|أمس|اليوم|אתמול|היום"
    r"|昨日|昨天|今日|今天|어제|오늘)"
    r"|(?:\d+|a|an|one) (?:second|sec|minute|min|hour|hr|day|week|month|year)s? ago"
    r"|(?:il y a|hace|há|fa|vor|for|för|før|acum|pred|před|قبل|منذ|לפני|πριν(?: από)?)\s"
    r"(?:(?:environ |circa |ca\.? |cca )?\d+\s?[^\W\d]+\.?"
    r"|(?:un[ae]?|uma?|eine[mrn]?|ein|en|ett?|ei|o|μ[ίι]α|έναν?) [^\W\d]{2,9}"
    r"|hodinou|minutou|dnem|týdnem|měsícem|rokem|chvílí|dňom|týždňom|mesiacom|ساعة|ساعتين|دقيقة|دقيقتين|يوم|يومين"
    r"|أسبوع|أسبوعين|شهر|شهرين|سنة|سنتين|שעה|שעתיים|דקה|שתי דקות|יום|יומיים|שבוע|שבועיים|חודש|חודשיים|שנה|שנתיים)"
    r"(?: (?:siden|sedan))?"
    r"|\d+\s?[^\W\d]+\.? (?:fa|atrás|geleden|siden|sedan|sitten|önce|temu|назад|тому|yang lalu|पहले|trước|ago)"
    r"|\d+\s?(?:秒|分|分钟|分鐘|時間|小时|小時|日|天|週間|周|ヶ月|か月|个月|年)\s?(?:前|以前)"
    r"|\d+\s?(?:초|분|시간|일|주|개월|년)\s?전",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"[,;·•]?\s+(?:at |um |à |a las |às |kl\.? |o |в )?\d{1,2}[:.]\d{2}(?::\d{2})?"
    r"(?:\s?[ap]\.?\s?m\.?| uhr)?(?:\s(?:[A-Z]{2,5}|[+-]\d{2}:?\d{2}))?$",
    re.IGNORECASE,
)
_ISO = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_YEAR_FIRST = re.compile(r"(\d{4})\s?[年년./-]\s?(\d{1,2})(?:\s?[月월./-]\s?(\d{1,2})\s?[日일号號.]?|\s?[月월])")
_NO_YEAR_CJK = re.compile(r"(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일号號]")
_NUMERIC = re.compile(r"(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4})")
_JOINED_BY = """
de del di of da den af the d' ימים ב năm ngày г р года року année el le i a m v mme ที่ พ.ศ om
"""
_JOINING = frozenset(_JOINED_BY.split())
_WORD = re.compile(r"\d+|[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u097f\u0980-\u09ff\u0e31-\u0e4e॰'’._])*", re.UNICODE)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|re|º|ª|o|de|te|e|:e)\b\.?", re.IGNORECASE)
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_VIETNAMESE = re.compile(r"\b(?:tháng|thg)\s?(\d{1,2})\b", re.IGNORECASE)


def _folded(word: str) -> str:
    """*word* as it stands in the tables."""
    return unicodedata.normalize("NFC", word).casefold().rstrip(".").strip("'’")


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Name of a month → its number."""
    table: dict[str, int] = {}
    for number, row in enumerate(_MONTHS.split("\n\n"), 1):
        for name in row.split():
            table.setdefault(_folded(name), number)
    return table


@lru_cache(maxsize=1)
def _weekdays() -> frozenset[str]:
    return frozenset(map(_folded, _WEEKDAYS.split()))


def _month(word: str) -> int | None:
    """The month that *word* names, also with Hebrew's and Arabic's glued-on prefix; None: none."""
    table = _months()
    folded = _folded(word)
    return table.get(folded) or (table.get(folded[1:]) if folded[:1] in {"ב", "ו"} else None)


def _spelled(year: int | None, month: int, day: int | None) -> Spelled | None:
    """The date of these numbers; None: there is no such day."""
    if year is not None and 2400 < year < 2700:  # the Buddhist era of Thai pages: 2564 is 2021
        year -= 543
    try:
        checked = date(2000 if year is None else year, month, 1 if day is None else day)
    except ValueError:
        return None
    if year is None:
        if day is None:
            return None
        return Spelled(None, "year")
    if not 1900 <= year <= 2199:  # no post, but a number of something else
        return None
    iso = checked.isoformat()
    return Spelled(iso[:7] if day is None else iso)


def _numeric(text: str) -> Spelled | None:
    """A date of digits and signs only."""
    if found := (_ISO.fullmatch(text) or _YEAR_FIRST.fullmatch(text)):
        return _spelled(int(found[1]), int(found[2]), int(found[3]) if found[3] else None)
    if found := _NO_YEAR_CJK.fullmatch(text):
        return _spelled(None, int(found[1]), int(found[2]))
    if found := _NUMERIC.fullmatch(text):
        return _in_either_order(int(found[1]), int(found[3]), int(found[4]), day_first=found[2] == ".")
    return None


def _in_either_order(first: int, second: int, year: int, *, day_first: bool) -> Spelled | None:
    """The date of two numbers of which one is the month; None: it could be either, and nothing says which."""
    if first > 12 or first == second or (day_first and second <= 12):
        return _spelled(year, second, first)
    if second > 12:
        return _spelled(year, first, second)
    return None


def _vietnamese(match: re.Match[str]) -> str:
    """The numbered months of Vietnamese, as names that the table has."""
    number = int(match[1])
    if 1 <= number <= 12:
        return f" {_ENGLISH[number - 1]} "
    return match[0]


def _worded(text: str) -> Spelled | None:
    """A date with the name of a month: a day, a year, or both beside it, in any order, and no other word."""
    words = _WORD.findall(_VIETNAMESE.sub(_vietnamese, _ORDINAL.sub("", text)))
    if not 2 <= len(words) <= 8:  # "Mar 18" to "martes, 18 de marzo de 2021 г."
        return None
    parts: dict[str, int] = {}
    for word in words:
        part, number = _part(word)
        if number is not None and part not in parts:
            parts[part] = number
        elif _folded(word) not in _JOINING | _weekdays():
            return None
    if "month" not in parts or len(parts) < 2:
        return None
    return _spelled(parts.get("year"), parts["month"], parts.get("day"))


def _part(word: str) -> tuple[str, int | None]:
    """Which part of a date *word* can be, and its number; None: it can be none."""
    if not word.isdecimal():
        return "month", _month(word)
    match len(word):
        case 1 | 2:
            return "day", int(word)
        case 4:
            return "year", int(word)
    return "", None


@lru_cache(maxsize=2048)
def parse(text: str) -> Spelled | None:
    """The date that *text* is, whole ("Mar 18, 2021", "6 de set. de 2021", "2021년 11월 30일"); None: it is none.

    A time of day behind it is left out, because its zone is unknown. Years from 1900 to 2199; Thai years of the
    Buddhist era are converted.
    """
    plain = " ".join(unicodedata.normalize("NFC", text).replace("\u200f", "").replace("\u200e", "").split())
    if not 3 <= len(plain) <= 60:
        return None
    plain = plain.strip(" .,;:·•|")
    if _RELATIVE.fullmatch(plain):
        return Spelled(None, "relative")
    plain = _TIME.sub("", plain)
    return _numeric(plain) or _worded(plain)


_STAMP = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:[Tt ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?"
)


#: What JavaScript writes for a date ("Wed Jul 24 2024 15:39:55 GMT+0000 (Coordinated Universal Time)", ECMA-262,
#: Date.prototype.toString), and what HTTP does (RFC 9110, section 5.6.7).
_SCRIPTED = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? "
    r"(?:(?P<us>[A-Z][a-z]{2}) (?P<us_day>\d{2})|(?P<day>\d{1,2}) (?P<month>[A-Z][a-z]{2}))"
    r" (?P<year>\d{4}) (?P<time>\d{2}:\d{2}:\d{2}) (?:GMT|UTC)?(?P<zone>[+-]\d{4})?(?: \(.{1,60}\))?"
)


def iso_utc(text: str) -> str | None:
    """The date *text* of a page's data in UTC, as precise as it is (``2021-03-16T14:05:00Z``, ``2016-12``).

    Read are ISO 8601 and the forms of JavaScript and of HTTP; None: another. Fractions of a second stay as they are. A
    time without a zone is only a day: which moment it means is not said.
    """
    text = text.strip()
    if scripted := _SCRIPTED.fullmatch(text):
        text = _as_iso(scripted)
    if re.fullmatch(r"\d{4}-\d{2}", text):
        found = parse(text)
        if not found:
            return None
        return found.iso
    match = _STAMP.fullmatch(text)
    try:
        return match and _stamped(match)
    except (ValueError, OverflowError):
        return None


def _stamped(match: re.Match[str]) -> str:
    """An ISO 8601 time in UTC, or its day where it has no zone. Raises ValueError, OverflowError for none."""
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if hour is None or zone is None:
        return date(int(year), int(month), int(day)).isoformat()
    moment = datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{zone.upper()}")
    precision = "seconds" if second else "minutes"
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precision) + framed(fraction, ".") + "Z"


def _as_iso(found: re.Match[str]) -> str:
    """A date of a script's form in that of ISO 8601; one with no such month stays unreadable."""
    name, day = found["us"] or found["month"], found["us_day"] or found["day"]
    month = _ENGLISH.index(name.lower()) + 1 if name.lower() in _ENGLISH else 0
    return f"{found['year']}-{month:02}-{int(day):02}T{found['time']}{found['zone'] or 'Z'}"


#: The year of the first web site: what is dated before was not posted on one.
EARLIEST_YEAR = 1991
#: Where it is not known when a page was captured, at least this much is.
_NO_LATER = 2100


def is_possible(iso: str, captured_at: str | None) -> bool:
    """Whether a post that was captured then (None: not known) can bear the date *iso*, told by the years."""
    latest = int(captured_at[:4]) if captured_at and captured_at[:4].isdecimal() else _NO_LATER
    return EARLIEST_YEAR <= int(iso[:4]) <= latest


def local_day(shown: str, moment: str) -> str | None:
    """The calendar day (``2016-07-01``) that *shown* spells for *moment*, an instant in UTC or a day; None: none.

    A site shows an instant as a day of its own time zone: that of UTC, the one before or the one behind. So *shown* may
    lack its year ("Jul 1"), or say of "7/1/2016" not which is the month: which of the three days it is, is enough.
    """
    try:
        middle = date.fromisoformat(moment[:10])
        around = [middle + timedelta(days=days) for days in (0, 1, -1)]
    except (ValueError, OverflowError):
        return None
    return next((day.isoformat() for day in around if _spells(shown, day)), None)


def _spells(shown: str, day: date) -> bool:
    """Whether *shown* is a way to write *day*, with its year or without."""
    found = parse(shown)
    if found is not None and found.lack == "year":
        found = parse(f"{shown}, {day.year}") or parse(f"{day.year}年{shown}")
    if found is not None:
        return found.iso == day.isoformat()
    if (numbers := _NUMERIC.fullmatch(shown.strip())) is None or int(numbers[4]) != day.year:
        return False
    return {int(numbers[1]), int(numbers[3])} == {day.month, day.day}


def http_date(text: str | None) -> datetime | None:
    """``Sun, 28 Jul 2024 16:58:36 GMT`` (RFC 9110, 5.6.7; mail writes it with an offset) in UTC; None: no such date."""
    if text is None:
        return None
    try:
        found = parsedate_to_datetime(text)
        if found.tzinfo is None:
            return found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def same_moment(a: str | None, b: str | None) -> bool:
    """Whether two dates in our form are equal, as far as both go, at most to the second; None equals no date."""
    if a is None or b is None:
        return False
    a, b = (re.sub(r"\.\d+Z$", "Z", text).rstrip("Z") for text in (a, b))
    shorter = min(len(a), len(b))
    return a[:shorter] == b[:shorter]


#: Year of the first web page: nothing was captured before.
FIRST_YEAR = "1991"


def latest_capture(now: datetime) -> str:
    """The latest time that a capture can be of, for a clock that says *now*: zones and clocks differ by up to a day."""
    return utc(now + timedelta(days=1))


def can_be_captured(at: str, now: datetime) -> bool:
    """Whether a capture can be of the time *at*: it would stand before all later ones if it were still to come."""
    return at[:4] >= FIRST_YEAR and at <= latest_capture(now)


def utc(moment: datetime) -> str:
    """*moment* as all rows carry it: ISO 8601 in UTC, whole seconds (``2021-03-16T14:05:00Z``); a naive one is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip


def in_words(stamp: str | None) -> str:
    """``2021-03-16T14:05:00Z`` → ``16 March 2021``; as precise as *stamp*; empty for None."""
    found = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", stamp or "")
    if not found:
        return stamp or ""
    year, month, date = found.groups()
    if not month or not 1 <= int(month) <= 12:
        return str(year)
    named = f"{MONTHS[int(month) - 1]} {year}"
    return f"{int(date)} {named}" if date else named


#: A stretch of years without anything that a list of years leaves out.
LONG_STRETCH = 50
_YEAR = re.compile(r"\d{4}", re.ASCII)


def years_between(known: Iterable[str]) -> tuple[str, ...]:
    """The years among *known* (four digits; anything else is passed over), in order, with those between them.

    A stretch of `LONG_STRETCH` and more is left out: one of its ends is often a slip of the pen (0987, 2250), which
    must not hide the others in hundreds of empty years.
    """
    span: list[int] = []
    for year in sorted({int(word) for word in known if _YEAR.fullmatch(word)}):
        if span and year - span[-1] <= LONG_STRETCH:
            span.extend(range(span[-1] + 1, year))
        span.append(year)
    return tuple(f"{year:04}" for year in span)
