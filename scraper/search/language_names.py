"""Languages by their names, in English and their own: what readers type for a tag."""

from functools import lru_cache

from scraper.search.folding import key

#: Tag (BCP 47) and names of each language, by tag.
_NAMES = """
am amharic አማርኛ;ar arabic العربية عربي;az azerbaijani azərbaycanca;be belarusian беларуская
bg bulgarian български;bn bengali bangla বাংলা;bs bosnian bosanski;ca catalan català
cs czech čeština český;cy welsh cymraeg;da danish dansk;de german deutsch;el greek ελληνικά
en english;eo esperanto;es spanish español castellano castilian;et estonian eesti;eu basque euskara
fa persian farsi فارسی;fi finnish suomi;fil filipino tagalog;fr french français;ga irish gaeilge
gl galician galego;gu gujarati ગુજરાતી;ha hausa;haw hawaiian ʻōlelo;he hebrew עברית
hi hindi हिन्दी हिंदी;hr croatian hrvatski;ht haitian kreyòl;hu hungarian magyar;hy armenian հայերեն
id indonesian indonesia;ig igbo;is icelandic íslenska;it italian italiano;ja japanese 日本語
ka georgian ქართული;kk kazakh қазақ;km khmer ខ្មែរ;ko korean 한국어;ku kurdish kurdî;lo lao ລາວ
lt lithuanian lietuvių;lv latvian latviešu;mk macedonian македонски;ml malayalam മലയാളം
mn mongolian монгол;mr marathi मराठी;ms malay melayu;my burmese မြန်မာ;ne nepali नेपाली
nl dutch nederlands flemish;no norwegian norsk;pa punjabi ਪੰਜਾਬੀ;pl polish polski;ps pashto پښتو
pt portuguese português;ro romanian română;ru russian русский;si sinhala සිංහල;sk slovak slovenčina
sl slovenian slovenščina;so somali soomaali;sq albanian shqip;sr serbian српски srpski
sv swedish svenska;sw swahili kiswahili;ta tamil தமிழ்;te telugu తెలుగు;th thai ไทย
tr turkish türkçe;uk ukrainian українська;ur urdu اردو;uz uzbek;vi vietnamese việt;xh xhosa
yi yiddish ייִדיש;yo yoruba yorùbá;zh chinese mandarin 中文 汉语 漢語;zu zulu
"""


@lru_cache(maxsize=1)
def _tags() -> dict[str, str]:
    """Name, as names are compared → tag."""
    lines = (line.split() for line in _NAMES.strip().replace("\n", ";").split(";"))
    return {key(name): tag for tag, *names in lines for name in names}


@lru_cache(maxsize=1024)
def tag_of(name: str) -> str:
    """The tag of the language of that name; *name* itself where it is none that is known."""
    return _tags().get(key(name.strip()), name)
