"""The words of Wix's interface that stand in text dumps, in the languages it has.

English ones were seen (2020 to 2026); of the others the dates and counts were, the rest is what the interface says.
All are compared whole and without regard to case.
"""

import re

TOP = frozenset({
    "top of page", "haut de page", "inicio de la página", "parte superior de la página", "início da página",
    "topo da página", "seitenanfang", "anfang der seite", "inizio pagina", "inizio della pagina",
    "bovenkant van de pagina", "bovenaan de pagina", "góra strony", "začátek stránky", "sidans början", "sayfa başı",
    "начало страницы", "початок сторінки", "أعلى الصفحة", "ראש הדף", "ページトップ", "页首", "頁首", "페이지 상단",
})  # fmt: skip
BOTTOM = frozenset({
    "bottom of page", "bas de page", "final de la página", "parte inferior de la página", "fim da página",
    "final da página", "seitenende", "ende der seite", "fine pagina", "fondo pagina", "onderkant van de pagina",
    "dół strony", "konec stránky", "sidans slut", "sayfa sonu", "конец страницы", "кінець сторінки", "أسفل الصفحة",
    "תחתית הדף", "ページ下部", "页尾", "頁尾", "페이지 하단",
})  # fmt: skip

#: Heading of the cards of other posts under a post.
RECENT = frozenset({
    "recent posts", "related posts", "recent blog posts", "posts récents", "posts similaires", "entradas recientes",
    "entradas relacionadas", "posts recentes", "posts relacionados", "aktuelle beiträge", "ähnliche beiträge",
    "post recenti", "post correlati", "recente blogposts", "recente berichten", "gerelateerde posts",
    "ostatnie posty",
    "nedávné příspěvky", "poslední příspěvky", "senaste inlägg", "relaterade inlägg", "seneste blogindlæg",
    "seneste indlæg", "siste innlegg", "viimeisimmät päivitykset", "son yazılar", "недавние посты", "похожие посты",
    "останні пости", "منشورات أحدث", "المنشورات الأخيرة", "أحدث المنشورات", "פוסטים אחרונים", "最新記事", "関連記事",
    "最新文章", "最近文章", "相关文章", "최근 게시물", "हाल ही के पोस्ट", "โพสต์ล่าสุด", "bài đăng gần đây",
})  # fmt: skip
SEE_ALL = frozenset({
    "see all", "view all", "voir tout", "tout voir", "ver todo", "ver todos", "ver todas", "ver tudo",
    "alle ansehen", "alle anzeigen", "mostra tutti", "vedi tutti", "alles weergeven", "alles bekijken",
    "zobacz wszystkie", "zobrazit vše", "visa alla", "se alle", "näytä kaikki", "hepsini gör", "tümünü gör",
    "смотреть все", "посмотреть все", "показать все", "дивитися всі", "переглянути всі", "عرض الكل", "إظهار الكل",
    "הצג הכול", "הצג הכל", "すべて表示", "すべてを見る", "查看全部", "全部查看", "전체 보기", "सभी देखें",
    "ดูทั้งหมด", "xem tất cả",
})  # fmt: skip

COMMENTS_HEADING = frozenset({
    "comments", "commentaires", "comentarios", "comentários", "kommentare", "commenti", "opmerkingen", "komentarze",
    "komentáře", "kommentarer", "kommentit", "yorumlar", "комментарии", "коментарі", "تعليقات", "תגובות", "コメント",
    "评论", "留言", "댓글", "टिप्पणियां",
})  # fmt: skip
#: Lines of the comment box; their starts, as some go on ("Share Your ThoughtsBe the first to write a comment.").
COMMENT_BOX = (
    "write a comment", "commenting has been turned off", "commenting on this post isn't available anymore",
    "commenting on this post isn’t available anymore", "share your thoughtsbe the first",
    "be the first to write a comment",
    "log in to leave a comment", "les commentaires ont été désactivés", "rédigez un commentaire",
    "escribir un comentario", "se ha desactivado la opción de comentar", "os comentários foram desativados",
    "escreva um comentário", "die kommentarfunktion wurde abgeschaltet", "kommentar verfassen", "scrivi un commento",
    "i commenti sono stati disattivati", "schrijf een opmerking", "コメントを追加", "コメント機能がオフ", "댓글 작성",
)  # fmt: skip

#: Menus and buttons that Wix itself puts before a post. Never a title.
BUTTONS = frozenset({
    "use tab to navigate through the menu items.", "use tab to navigate through the menu items",
    "skip to main content",
    "skip to content", "log in", "login", "log in / sign up", "log in/sign up", "sign up", "signup", "sign in",
    "search", "search...", "بحث", "חיפוש", "検索", "搜索", "搜尋", "검색", "поиск", "пошук", "hledat", "szukaj",
    "sök", "søg", "søk", "haku", "hae", "ara", "keresés", "căutare", "αναζήτηση", "ค้นหา", "tìm kiếm", "hľadať",
    "all posts", "submit", "site contents", "loading...", "loading…", "more", "menu", "cart",
    "use tab to navigate", "se connecter", "connexion", "iniciar sesión", "entrar", "fazer login", "anmelden",
    "accedi", "inloggen", "zaloguj się", "přihlásit se", "logga in", "log ind", "logg inn", "giriş yap", "войти",
    "увійти", "تسجيل الدخول", "התחברות", "ログイン", "登录", "登入", "로그인", "tous les posts", "todas las entradas",
    "todos os posts", "todos posts", "alle beiträge", "tutti i post", "alle posts", "wszystkie posty",
    "všechny příspěvky",
    "все посты", "全ての記事", "全部文章", "전체 게시물", "recherche", "buscar", "suche", "cerca", "zoeken",
    "pesquisar",
    "rechercher", "close", "more...", "more…", "mehr", "más", "mais", "plus", "altro", "meer", "follow",
    "site menu", "open menu", "close menu", "0",
})  # fmt: skip
LOG_IN = re.compile(
    r"(?:log ?in|sign in|anmelden|einloggen|inicia(?:r)? sesión|se connecter|connexion|entrar|fazer login|accedi"
    r"|inloggen)\s?/\s?.{3,20}",
    re.IGNORECASE,
)
#: Usual names of pages in a menu; a title only where no menu is.
PAGES = frozenset({
    "home", "about", "about us", "contact", "contact us", "blog", "news", "events", "donate", "shop", "store", "faq",
    "our team", "team", "services", "careers", "insights", "resources", "gallery", "portfolio", "projects", "members",
    "membership", "get involved", "take action", "our work", "who we are", "what we do", "join", "join us",
    "register",
    "media", "press", "privacy policy", "terms", "terms of use", "accueil", "inicio", "início", "startseite",
    "über uns", "kontakt", "contacto", "contato", "à propos", "sobre", "chi siamo", "contatti",
})  # fmt: skip
#: Banners above a page: Wix's own on free sites, notices of cookies. Never a title.
BANNER = re.compile(
    r"(?:this (?:web)?site was (?:designed|created) with .*|\.com|website builder\. ?create your website today\..*"
    r"|create your website today\.?|start now|(?:we|this (?:web)?site) uses? cookies\b.*"
    r"|by (?:accepting|using|continuing)\b.*"
    r"|(?:accept|decline|reject|allow)(?: all)?(?: cookies)?|cookie (?:settings|policy|preferences)|settings)",
    re.IGNORECASE,
)
#: A button of the owner's; a title may be worded so.
CALL = re.compile(
    r"(?:donate|give|join|subscribe|register|shop|book|apply|order|call|volunteer|get started|learn more|sign up)"
    r"(?: us)?(?: now| today| here| online)!?",
    re.IGNORECASE,
)
#: What stands first in a text, below its title, and is none itself.
OPENINGS = frozenset({
    "for immediate release", "for release", "press release", "media advisory", "background", "introduction", "overview",
    "summary", "context", "what happened", "the facts", "key points", "key takeaways", "table of contents", "contents",
    "abstract", "introducción", "resumen", "einleitung", "zusammenfassung", "hintergrund", "résumé", "contexte",
    "introdução", "resumo", "introduzione", "sommario", "inleiding", "samenvatting", "введение", "wstęp",
})  # fmt: skip
#: Lines around a post that belong to no field; compared after counts and before the body.
ORNAMENTS = frozenset({"share", "share this post", "back to top", "print", "edit", "follow", "•", "·", "|", "...", "…"})

_UPDATED = (
    "updated", "last updated", "actualizado", "última actualización", "dernière mise à jour", "mis à jour",
    "aktualisiert",
    "atualizado", "aggiornato", "aggiornamento", "bijgewerkt", "bijgewerkt op", "zaktualizowano", "aktualizováno",
    "uppdaterad", "uppdaterat", "opdateret", "oppdatert", "päivitetty", "güncelleme tarihi", "güncellendi",
    "обновлено",
    "оновлено", "تاريخ التحديث", "تم التحديث", "עודכן", "更新日", "已更新", "更新于", "최종 수정일", "अपडेट किया गया",
    "actualizat", "frissítve", "ενημερώθηκε", "อัปเดตเมื่อ", "đã cập nhật", "diperbarui",
)  # fmt: skip
UPDATED = re.compile(rf"(?:{'|'.join(map(re.escape, _UPDATED))})\s?[:\uff1a]\s?(?P<date>.+)", re.IGNORECASE)
UPDATED_ALONE = re.compile(rf"(?:• )?(?:{'|'.join(map(re.escape, _UPDATED))})\s?[:\uff1a]", re.IGNORECASE)
PUBLISHED = re.compile(
    r"(?:published(?: on)?|posted(?: on)?|date published|publication date|publié le|publicado(?: el| em)?"
    r"|veröffentlicht am)\s?[:\uff1a]?\s(?P<date>.+)",
    re.IGNORECASE,
)


def _any(words: str) -> str:
    """A pattern for any of *words*, in which ``_`` stands for a space."""
    return "|".join(re.escape(word.replace("_", " ")) for word in sorted(words.split(), key=len, reverse=True))


#: Minutes, and reading, in the languages of Wix's interface: a line with both and one number is a reading time.
_MINUTE = (
    r"min(?:ut|út|uut|uti|uter|uten|utter|uto|uti)?(?:[^\W\d]{0,4}|\([^\W\d]{1,4}\))\.?|мин[^\W\d]{0,4}\.?|хв(?:илин[аи]?)?\.?|perc|menit|λεπτ[άόα]"
    r"|דקות|דקה|דק׳|دقيقة|دقائق|دقيقه|分钟|分鐘|分|분|मिनट|मिनिट|মিনিট|นาที|phút|dk\.?|dakika(?:da)?"
)
_READING = """
read reading de_lecture de_lectura de_leitura lesezeit zum_lesen di_lettura om_te_lezen leestijd czytania
čtení čítania läsning lästid læsning læsetid lesing lesetid lukuaika käytetty_lukemiseen lukemiseen okunur
okuma okuma_süresi чтения на_чтение читання на_читання за_четене قراءة للقراءة קריאה で読める 阅读 閱讀 分量 분량
읽기 पठन पढ़ने_में ที่อ่าน đọc ανάγνωσης διαβάστηκε olvasás olvasási_idő branja čitanja skaitymo lasīts de_citit citire
membaca baca leitura lugemist
"""
_READING_FIRST = """
tempo_di_lettura tempo_de_leitura temps_de_lecture tiempo_de_lectura lesezeit reading_time leestijd
czas_czytania minut_čtení minút_čítania min_čtení minuty_čtení doba_čtení lästid læsetid lesetid lukuaika
okuma_süresi время_чтения час_читання читати време_за_четене זמן_קריאה مدة_القراءة وقت_القراءة 読了時間 阅读时间
讀畢需時 閱讀時間 ยาว χρόνος_ανάγνωσης διαβάστηκε olvasási_idő čas_branja vrijeme_čitanja skaitymo_laikas
lasīšanas_laiks timp_de_citire waktu_baca
"""
READING_TIME = re.compile(
    rf"\d{{1,3}}\s?(?:{_MINUTE})\s?(?:{_any(_READING)})|\d{{1,3}}\s?(?:دقيقة|دقائق|分|分钟|分鐘)"
    rf"|(?:{_any(_READING_FIRST)})\s?[:\uff1a]?\s?\d{{1,3}}\s?(?:{_MINUTE})?",
    re.IGNORECASE,
)
#: Where a reading time can begin in a line.
READING_TIME_BEGINS = re.compile(rf"(?<!\d)\d|\d(?=\d{{0,2}}(?!\d))|{_any(_READING_FIRST)}", re.IGNORECASE)
RATING = re.compile(r"rated (?:nan|\d(?:\.\d+)?) out of 5 stars\.?(?: ?no ratings yet)?|no ratings yet", re.IGNORECASE)
WRITER = re.compile(
    r"(?:writer|author|written by|posted by|auteur|rédacteur|autor|autora|escritor|escritora|autore|scrittore|schrijver"
    r"|verfasser|pisarz|författare|skribent|yazar|автор|писатель|كاتب|الكاتب|כותב|執筆者|作者|작성자)\s?[:\uff1a]\s?(?P<name>.{1,60})",
    re.IGNORECASE,
)
FACT_CHECK = re.compile(r"(?:fact[- ]checked|reviewed|medically reviewed) by\b.{0,80}", re.IGNORECASE)
TAGS = re.compile(
    r"(?:tags?|etiquetas|mots-clés|schlagwörter|schlagworte|labels|tagi|štítky|taggar|etiketler|теги|العلامات|תגיות|タグ|标签|標籤|태그)"
    r"\s?[:\uff1a](?P<tags>.*)",
    re.IGNORECASE,
)
LIKED_AT_END = re.compile(r"marked as liked\.?$", re.IGNORECASE)
_LIKE_WORD = """
like aim gefällt gusta agrada piace curt gost leuk polub líbí páči нрав вподоб лайк gilla synes tykk beğen いいね
赞 讚 좋아요
"""
_MARK_WORD = """
mark marqu marcad contrassegn označen oznacz отмеч познач marker merkit işaret マーク 标记 標記 표시
"""
#: "Post not marked as liked" in the languages of Wix's interface: a word for each, in one short line.
LIKED = re.compile(
    rf"post (?:not )?marked as liked\.?|(?=.*(?:{_any(_LIKE_WORD)}))(?=.*(?:{_any(_MARK_WORD)}))\D{{10,80}}",
    re.IGNORECASE,
)
#: Lines of a site's footer.
FOOTER = re.compile(
    r"(?:©|\(c\) ?\d{4}|copyright ©?).{0,160}|(?:proudly created with|powered (?:and secured )?by) wix(?:\.com)?\.?",
    re.IGNORECASE,
)
MISSING = re.compile(
    r"(?:404|error 404|404 error|404 not found|page not found|not found|we couldn[’']t find this page"
    r"|there[’']s nothing here\.{0,3}|this page isn[’']t available.*"
    r"|we can[’']t find the page you[’']re looking for.*)",
    re.IGNORECASE,
)


def is_in(words: frozenset[str], line: str) -> bool:
    """Whether *line* is one of *words*, whatever its case and closing colon."""
    return line.casefold().rstrip(" :") in words or line.casefold() in words


def are_buttons(line: str) -> bool:
    """Whether *line* is made of `BUTTONS` alone, one or several that lost their breaks ("SearchLog in / Sign up")."""
    rest = line.strip()
    while found := _BUTTON.match(rest):
        rest = rest[found.end() :].strip()
    if rest == line.strip():
        return LOG_IN.fullmatch(rest) is not None
    return not rest or LOG_IN.fullmatch(rest) is not None or _OR_SIGN_UP.fullmatch(rest) is not None


def is_menu(line: str) -> bool:
    """Whether *line* is a word of a menu, a button, or a banner: what stands above a post and is no part of it."""
    return is_in(PAGES, line) or is_in(BUTTONS, line) or are_buttons(line) or BANNER.fullmatch(line) is not None


def begins_with_menu(line: str) -> bool:
    """Whether *line* begins with two words of a menu that lost the break between them ("HOMEABOUT USOUR STORY")."""
    return _TWO_PAGES.match(line) is not None


def glued_recent(line: str) -> int | None:
    """Where "SearchRecent PostsSee All" begins at the end of a line that lost its breaks; None: nowhere."""
    found = _GLUED_RECENT.search(line)
    if not found:
        return None
    return found.start()


_EITHER = "|".join(sorted(map(re.escape, RECENT), key=len, reverse=True))
_ALL = "|".join(sorted(map(re.escape, SEE_ALL), key=len, reverse=True))
_GLUED_RECENT = re.compile(rf"(?:Search)?(?:{_EITHER})(?:{_ALL})", re.IGNORECASE)
#: Longest first; one of a letter or two is no sure beginning of a line.
_BUTTON = re.compile(
    "|".join(sorted((re.escape(it) for it in BUTTONS if len(it) > 2), key=len, reverse=True)), re.IGNORECASE
)
_OR_SIGN_UP = re.compile(r"/.{2,24}")
_PAGE = "|".join(sorted((re.escape(it) for it in PAGES | BUTTONS if len(it) > 2), key=len, reverse=True))
_TWO_PAGES = re.compile(rf"(?:{_PAGE})(?:{_PAGE})", re.IGNORECASE)
