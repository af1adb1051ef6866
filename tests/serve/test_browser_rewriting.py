"""Rewriting alone, in real Chromium, without any policy: whatever a page, a style sheet or a drawing holds, it does
nothing. Each is opened on a pretended host that answers with it; every other address that is asked for is told.

Needs Debian's `chromium` and ``pip install '.[browser]'``.
"""

# ruff: noqa: E501 - hostile strings are read best in one piece

from collections.abc import Iterator
from typing import Any

import pytest

from scraper import pictures, replay
from scraper.page import Page

pytestmark = pytest.mark.slow

ARCHIVE = "http://archive.test"
#: Marks the page; a picture that fails, or a handler, may do it as well as a script.
RUN = "document.documentElement.dataset.ran=1"
#: All that asks is on these hosts.
FAR = "http://far.example"

PAGES = {
    "script": f"<script>{RUN}</script><SCRIPT/XSS>{RUN}</SCRIPT><script src={FAR}/1.js></script>",
    "module": f'<script type=importmap>{{"imports":{{"a":"{FAR}/1.js"}}}}</script><script type=module>import "a"</script>',
    "speculation rules": f'<script type=speculationrules>{{"prefetch":[{{"source":"list","urls":["{FAR}/1"]}}]}}</script>',
    "handlers": "".join(
        f"<p on{name}={RUN} tabindex=0>x</p>" for name in ("click", "focus", "mouseover", "pointerdown")
    )
    + f"<img src=x onerror={RUN}><details open ontoggle={RUN}>x</details><body onload={RUN} onpageshow={RUN}>"
    f"<svg onload={RUN}></svg><style onload={RUN}>p{{}}</style><link rel=stylesheet href=x onerror={RUN}>"
    f"<marquee onstart={RUN}>x</marquee><audio src=x onerror={RUN}></audio><x onanimationstart={RUN} style=animation:a>",
    "handlers after a slash": f"<img/src=x/onerror={RUN}><svg/onload={RUN}><img src='x'onerror={RUN}>",
    "links": "".join(
        f'<a href="{href}">x</a>'
        for href in (
            f"javascript:{RUN}",
            f" \x01javascript:{RUN}",
            f"java\nscript:{RUN}",
            f"java&Tab;script:{RUN}",
            f"JaVaScRiPt&colon;{RUN}",
            f"&#x6a;avascript:{RUN}",
            f"javascript://x/%0a{RUN}",
            f"vbscript:{RUN}",
            f"data:text/html,<script>{RUN}</script>",
            f"view-source:javascript:{RUN}",
            f"\u00a0javascript:{RUN}",
            f"jav\u200bascript:{RUN}",
            f"blob:{FAR}/1",
            f"//%0d%0ajavascript:{RUN}",
        )
    ),
    "ping": f'<a href="#here" ping="{FAR}/ping">x</a><area href="#here" ping="{FAR}/ping" shape=default>',
    "forms": f'<form action="{FAR}/1"><input name=a autofocus onfocus={RUN}><input type=image src="{FAR}/2.png">'
    f'<button formaction="{FAR}/3">x</button><button type=submit form=f>x</button></form>'
    f'<form id=f action="javascript:{RUN}"></form><isindex action="{FAR}/4"><keygen>',
    "frames": f'<iframe src="{FAR}/1"></iframe><iframe srcdoc="<script>parent.{RUN}</script>"></iframe>'
    f'<frameset><frame src="{FAR}/2"></frameset><iframe src="javascript:parent.{RUN}"></iframe>'
    f'<object data="{FAR}/3"></object><object data="data:text/html,<script>parent.{RUN}</script>"></object>'
    f'<embed src="{FAR}/4"><applet code="{FAR}/5"></applet><portal src="{FAR}/6"></portal><fencedframe></fencedframe>',
    "base": f'<base href="{FAR}/"><base target=_blank><img src=1.png><link rel=stylesheet href=1.css><a href=2>x</a>',
    "meta": f'<meta http-equiv=refresh content="0;url={FAR}/1"><meta http-equiv=ReFrEsH content="0;javascript:{RUN}">'
    f'<meta http-equiv=Set-Cookie content="a=b"><meta http-equiv=Content-Security-Policy content="report-uri {FAR}/2">'
    f'<meta http-equiv=origin-trial content=x><meta http-equiv=Link content="<{FAR}/3>;rel=preload">',
    "links of the head": "".join(
        f'<link rel="{rel}" href="{FAR}/{rel.replace(" ", "-")}" as=image>'
        for rel in (
            "preload",
            "prefetch",
            "modulepreload",
            "dns-prefetch",
            "preconnect",
            "icon",
            "stylesheet",
            "prerender",
            "alternate stylesheet",
            "manifest",
            "import",
            "apple-touch-icon",
            "expect",
            "compression-dictionary",
        )
    ),
    "pictures": f'<img src="{FAR}/1.png" srcset="{FAR}/2.png 2x" longdesc={FAR}/3 lowsrc={FAR}/4 dynsrc={FAR}/5>'
    f'<picture><source srcset="{FAR}/6.webp"><img srcset="{FAR}/7.png 1x"></picture><image src="{FAR}/8.png">'
    f"<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'><image href='{FAR}/9'/></svg>\">"
    f'<body background="{FAR}/a.png"><table background="{FAR}/b.png"><tr><td background="{FAR}/c.png">x</table>',
    "media": f'<video src="{FAR}/1.mp4" poster="{FAR}/2.png" autoplay><source src="{FAR}/3"><track default src="{FAR}/4">'
    f'</video><audio src="{FAR}/5" autoplay></audio><bgsound src="{FAR}/6">',
    "drawing": f'<svg><script>{RUN}</script><script href="{FAR}/1.js"/><a xlink:href="javascript:{RUN}"><text y=9>x</text></a>'
    f'<image xlink:href="{FAR}/2.png" width=9 height=9 /><use href="{FAR}/3.svg#a"/><use xlink:href="data:image/svg+xml,x#a"/>'
    f'<animate xlink:href=#t attributeName=href values="javascript:{RUN}"/><set attributeName=onload to={RUN} />'
    f'<foreignObject><iframe src="{FAR}/4"></iframe><img src=x onerror={RUN}></foreignObject>'
    f'<style>@import "{FAR}/5.css";circle{{fill:url({FAR}/6.svg#a)}}</style><circle r=9 fill="url({FAR}/7.svg#a)"/>'
    f'<feImage href="{FAR}/8.png"/><filter id=f><feImage xlink:href="{FAR}/9.png"/></filter><mpath href="{FAR}/a"/>'
    f'<textPath href="{FAR}/b#a">x</textPath><pattern href="{FAR}/c#a"/><handler>{RUN}</handler></svg>',
    "mathml": f'<math href="javascript:{RUN}"><mi xlink:href="javascript:{RUN}">x</mi><maction actiontype="statusline#{FAR}/1">'
    f'<mtext><img src=x onerror={RUN}></mtext></maction><annotation-xml encoding="text/html"><script>{RUN}</script>'
    f"</annotation-xml><semantics><mglyph src={FAR}/2.png /></semantics></math>",
    "mutation: math in form": f"<form><math><mtext></form><form><mglyph><style></math><img src onerror={RUN}>",
    "mutation: style in drawing": f'<svg></p><style><a id="</style><img src=1 onerror={RUN}>">',
    "mutation: table in math": f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={RUN}&gt;">',
    "mutation: noscript": f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>'
    f"<noscript><style></noscript><img src=x onerror={RUN}></style>",
    "mutation: template": f"<template><img src=x onerror={RUN}></template><div><template shadowrootmode=open><script>{RUN}</script>"
    f"<img src=x onerror={RUN}></template></div>",
    "mutation: raw text": "".join(
        f"<{name}><p title='</{name}><img src=x onerror={RUN}>'></{name}>"
        for name in ("textarea", "title", "xmp", "noembed", "noframes", "iframe", "plaintext")
    ),
    "mutation: comments": f"<!--><img src=x onerror={RUN}>--><!--!><img src=x onerror={RUN}><![CDATA[><img src=x onerror={RUN}>]]>"
    f"<?xml ><img src=x onerror={RUN}>?><!-- --!><img src=x onerror={RUN}><svg><![CDATA[</svg><img src=x onerror={RUN}>]]></svg>",
    "mutation: select": f"<select><option><style></option></select><img src=x onerror={RUN}></style></select>"
    f"<select><selectedcontent><svg onload={RUN}></svg></selectedcontent></select>",
    "attributes": f'<p style="x" title="&quot;><img src=x onerror={RUN}>" id="\'><img src=x onerror={RUN}>" class="`onclick={RUN}`">x'
    f'<p data-x="</p><script>{RUN}</script>" is=x slot=y part=z exportparts=w nonce=v popover commandfor=a command=show-modal>x',
    "amp": f'<amp-img src="{FAR}/1.png"></amp-img><amp-script src="{FAR}/2.js"></amp-script><amp-list src="{FAR}/3.json">'
    f'</amp-list><amp-pixel src="{FAR}/4"></amp-pixel><amp-iframe srcdoc="<script>{RUN}</script>"></amp-iframe>',
}
STYLES = {
    "import": f'@import "{FAR}/1";@import url({FAR}/2);@import url("{FAR}/3") layer(a);@\\69mport "{FAR}/4";@IMPORT "{FAR}/5";'
    f'@charset "utf-8";@import/**/"{FAR}/6";@im\\port "{FAR}/7";@namespace "{FAR}/8";',
    "url": f"p{{background:url({FAR}/1)}}p{{background:URL( '{FAR}/2' )}}p{{background:u\\72l({FAR}/3)}}"
    f"p::before{{content:\\75\\72\\6c({FAR}/4)}}p{{background:\\000075 rl({FAR}/5)}}p{{cursor:url({FAR}/6),auto}}"
    f"p{{background:url(//far.example/7)}}p{{background:url(\\2f\\2f far.example/8)}}p{{background:u\\\nrl({FAR}/9)}}"
    f"li{{list-style:url(http:\\2f/far.example/a)}}p{{mask:url({FAR}/b#c);filter:url({FAR}/d#e)}}p{{border-image:url({FAR}/f) 1}}",
    "comments in between": f"p{{background:url/**/({FAR}/1)}}p{{background:ur/**/l({FAR}/2)}}p{{background:/*url(*/url({FAR}/3)}}",
    "strings": f"p{{content:'\\';background:url({FAR}/1)'}}p{{a:'\n;background:url({FAR}/2)}}p{{background:url('{FAR}/3\n)}}"
    f'p{{background:url("{FAR}/4',
    "functions": f"p{{background:image-set('{FAR}/1' 1x)}}p{{background:-webkit-image-set(url({FAR}/2) 1x)}}"
    f"p{{background:image('{FAR}/3')}}p{{background:cross-fade(url({FAR}/4),url({FAR}/5))}}p{{background:IMAGE-SET('{FAR}/6' 1x)}}"
    f"p{{background:im\\61ge-set('{FAR}/7' 1x)}}p{{background:src('{FAR}/8')}}p{{--u:'{FAR}/9';background:src(var(--u))}}"
    f"p{{background:-webkit-cross-fade(url({FAR}/a),url({FAR}/b),50%)}}",
    "variables": f"p{{--a:url({FAR}/1);background:var(--a)}}@property --b{{syntax:'<url>';inherits:false;initial-value:url({FAR}/2)}}"
    "p{background:var(--b)}",
    "fonts": f"@font-face{{font-family:a;src:url({FAR}/1)}}@FONT-FACE{{font-family:b;src:u\\72l({FAR}/2)}}"
    f"@f\\6fnt-face{{font-family:c;src:url({FAR}/3)}}p{{font-family:a,b,c}}",
    "scripts of old": f"p{{width:expression({RUN});behavior:url({FAR}/1.htc);-moz-binding:url({FAR}/2.xml#a)}}",
    "end of the element": f"p{{content:'</style><script>{RUN}</script>'}}</STYLE/><img src=x onerror={RUN}><!--</style>",
    "data": f"p{{background:url(\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'>"
    f"<image href='{FAR}/1'/></svg>\")}}p{{background:url(data:text/html,x)}}p{{background:url(data:image/png;base64,{'A' * 3_000_000})}}",
    "nested": f"@media screen{{@supports (a:b){{p{{background:url({FAR}/1)}}}}}}@layer a{{@import '{FAR}/2';}}p{{&:hover{{background:url({FAR}/3)}}}}"
    f"@document url({FAR}/4){{}}@container (width>1px){{p{{background:url({FAR}/5)}}}}",
    "legal signs": f"p{{background:url(\ufeff{FAR}/1)}}p{{background:url(\0{FAR}/2)}}p{{background:\ufeffurl({FAR}/3)}}"
    f"p{{background:url(\t\n\f {FAR}/4\f)}}İ p{{background:URL({FAR}/5)}}",
}
NS = "xmlns='http://www.w3.org/2000/svg' xmlns:x='http://www.w3.org/1999/xlink'"
DRAWINGS = {
    "plain": f"<svg {NS} width='9' height='9'><rect width='9' height='9' fill='#123'/></svg>",
    "script": f"<svg {NS}><script>{RUN}</script></svg>",
    "prefixed": f"<s:svg xmlns:s='http://www.w3.org/2000/svg'><s:script>{RUN}</s:script></s:svg>",
    "doctype": f"<!DOCTYPE svg [<!ENTITY a \"<script xmlns='http://www.w3.org/2000/svg'>{RUN}</script>\">]><svg {NS}>&a;</svg>",
    "outer doctype": f"<!DOCTYPE svg SYSTEM '{FAR}/1.dtd'><svg {NS}/>",
    "xml style sheet": f"<?xml version='1.0'?><?xml-stylesheet href='{FAR}/1.xsl' type='text/xsl'?><svg {NS}/>",
    "handler": f"<svg {NS}\nonload\n=\n'{RUN}'/>",
    "handler after a slash": f"<svg {NS} a='b'onload='{RUN}'/>",
    "link": f"<svg {NS}><a x:href='java&#115;cript:{RUN}'><text y='9'>x</text></a></svg>",
    "html in it": f"<svg {NS}><foreignObject><body xmlns='http://www.w3.org/1999/xhtml' onload='{RUN}'/></foreignObject></svg>",
    "html element": f"<svg {NS}><h:script xmlns:h='http://www.w3.org/1999/xhtml'>{RUN}</h:script></svg>",
    "default of html": f"<svg {NS}><g xmlns='http://www.w3.org/1999/xhtml'><img src='{FAR}/1.png'/></g></svg>",
    "animation": f"<svg {NS}><a><set attributeName='href' to='javascript:{RUN}'/><text y='9'>x</text></a></svg>",
    "outer picture": f"<svg {NS}><image x:href='{FAR}/1.png' width='9' height='9'/></svg>",
    "outer use": f"<svg {NS}><use href='{FAR}/1.svg#a'/></svg>",
    "style": f"<svg {NS}><style>@import '{FAR}/1.css';rect{{fill:url({FAR}/2#a)}}</style><rect width='9' height='9'/></svg>",
    "style attribute": f"<svg {NS}><rect width='9' height='9' style='fill:u\\72l({FAR}/1#a)'/></svg>",
    "paint": f"<svg {NS}><rect width='9' height='9' fill='url({FAR}/1#a)' filter='url(\"{FAR}/2#b\")'/></svg>",
    "font": f"<svg {NS}><style>@font-face{{font-family:a;src:local(a),url('{FAR}/1')}}text{{font-family:a}}</style><text y='9'>x</text></svg>",
    "utf-16": f"<svg {NS}><script>{RUN}</script></svg>",
    "gif and drawing": f"GIF89a<svg {NS} onload='{RUN}'/>",
    "html and drawing": f"<!--<svg {NS}>--><html><script>{RUN}</script></html>",
}


HARMLESS = ("plain", "outer doctype")


class Nowhere:
    """An archive that has everything and gives none of it."""

    def picture(self, url: str) -> str | None:
        return None

    def style(self, url: str) -> str | None:
        return None

    def link(self, url: str) -> tuple[str, bool]:
        return f"/web/20210309140700/{url}", False


class Trap:
    """A page of the browser that is given what is to be tried, and tells what it asked for besides."""

    def __init__(self, browser: Any) -> None:
        self.page = browser.new_page()
        self.asked: list[str] = []
        self._answer: tuple[str, bytes] = ("text/html", b"")
        self.page.route("**/*", self._route)

    def _route(self, route: Any) -> None:
        if route.request.url == f"{ARCHIVE}/tried":
            kind, body = self._answer
            route.fulfill(content_type=kind, body=body)
        else:
            self.asked.append(route.request.url)
            route.abort()

    def try_(self, kind: str, body: bytes) -> None:
        """Open it, wait for what it does by itself, then do all that a reader could."""
        self.asked.clear()
        self._answer = (kind, body)
        self.page.goto(f"{ARCHIVE}/tried")
        self.page.wait_for_timeout(30)
        self.page.evaluate("""() => document.querySelectorAll('*').forEach(each => {
            for (const name of ['mouseover', 'pointerdown', 'focus', 'toggle', 'begin', 'animationstart'])
                each.dispatchEvent(new Event(name));
            if (!(each.getAttribute('href') || '').startsWith('/web/') && each.click) each.click();
        })""")
        self.page.wait_for_timeout(20)

    @property
    def ran(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.hasAttribute('data-ran')"))

    @property
    def broke_out(self) -> list[str]:
        return [url for url in self.asked if not url.startswith("data:")]


@pytest.fixture(scope="module")
def trap(chromium: Any) -> Iterator[Trap]:
    found = Trap(chromium)
    yield found
    found.page.close()


def test_the_trap_catches_what_runs_and_what_asks(trap: Trap) -> None:
    trap.try_("text/html", f"<script>{RUN}</script><img src='{FAR}/1.png'>".encode())
    assert trap.ran and trap.broke_out == [f"{FAR}/1.png"]


def rewritten(html: str) -> bytes:
    page = Page.from_html(html, url="http://old.example/post/one")
    return replay.replayed(page, Nowhere(), replay.PageFrame()).encode("utf-8", "replace")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_does_anything(trap: Trap, name: str) -> None:
    for html in (f"<!doctype html><p>words</p>{PAGES[name]}", PAGES[name], f"<div><table><tr>{PAGES[name]}"):
        trap.try_("text/html; charset=utf-8", rewritten(html))
        assert not trap.ran and trap.broke_out == []


@pytest.mark.parametrize("name", STYLES)
def test_no_style_does_anything(trap: Trap, name: str) -> None:
    css = STYLES[name]
    shown = "<!doctype html><p>words<ul><li>words</ul>"
    attribute = css.replace('"', "&quot;").replace("p{", "").replace("}", ";")[:50_000]
    for html in (
        f"<style>{css}</style>{shown}",
        f"<svg><style>{css}</style></svg>{shown}",
        f'<p style="{attribute}">words',
    ):
        trap.try_("text/html; charset=utf-8", rewritten(html))
        assert not trap.ran and trap.broke_out == []
    sheet = replay.rewritten_css(css, lambda _: None)
    trap.try_("text/html; charset=utf-8", f"<!doctype html><style>{sheet}</style>{shown}".encode("utf-8", "replace"))
    assert not trap.ran and trap.broke_out == []


@pytest.mark.parametrize("name", DRAWINGS)
def test_no_drawing_that_is_shown_does_anything(trap: Trap, name: str) -> None:
    body = DRAWINGS[name].encode("utf-16" if name == "utf-16" else "utf-8")
    drawn = pictures.type_of(body) == "image/svg+xml"
    assert pictures.may_be_shown(body) is (name in HARMLESS) or not drawn
    if pictures.may_be_shown(body):
        trap.try_(pictures.type_of(body) or "", body)
        assert not trap.ran and trap.broke_out == []
