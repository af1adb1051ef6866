"""Every page of the reading room, as the `exhibition` shows it: each state that a reader can meet, by a short name."""

#: Stands for the name of an earlier version of the post, which a page links to.
EARLIER = "{earlier}"
PAGES = {
    "home": "/",
    "search": "/search?q=water",
    "narrowed": "/search?q=water&year=2016&tag=water&site=ushrn-news",
    "nothing": "/search?q=nothing-at-all",
    "relaxed": "/search?q=water+desalination+nonsense",
    "mistyped": "/search?q=desalinatoin",
    "wrong": "/search?q=author:nobody+water",
    "in a file": "/search?q=wells",
    "undated": "/search?year=undated",
    "values": "/search/by/tag?q=tag:number",
    "post": "/post/upr2020/flint-0?q=water",
    "gone": "/post/upr2020/jackson-1",
    "files": "/post/upr2020/detroit-2",
    "arabic": "/post/upr2020/%D8%AD%D9%82%D9%88%D9%82",
    "chinese": "/post/upr2020/renquan?q=%E6%9D%83%E5%88%A9",
    "hub": "/post/upr2020/hub",
    "twin": "/post/upr2020/twin",
    "long": "/post/upr2020/long",
    "revision": f"/post/upr2020/flint-0/revision/{EARLIER}",
    "diff": "/post/upr2020/flint-0/diff",
    "diff beside": "/post/upr2020/flint-0/diff?view=beside&all=1",
    "captures": "/post/upr2020/flint-0/captures",
    "history": "/post/upr2020/flint-0/history",
    "file": "/post/upr2020/hub/file/1?q=wells",
    "links": "/post/upr2020/hub/links",
    "browse": "/browse",
    "wanted": "/missing?state=wanted",
    "lost": "/missing?state=lost",
    "pictures": "/pictures",
    "changes": "/changes",
    "removed": "/changes?kind=gone",
    "no changes": "/changes?kind=moved",
    "about": "/about",
    "data": "/data-dictionary",
    "go": "/go?url=https://nowhere.example/x",
    "withdrawn": "/post/upr2020/taken",
    "withdrawals": "/withdrawn",
    "database": "/archive",
    "table": "/archive/posts",
    "table found": "/archive/posts?_search=water&_sort=title",
    "captures table": "/archive/captures?status=404",
    "empty table": "/archive/captures?status=599",
    "row": "/archive/posts/1",
    "capture row": "/archive/captures/1",
    "no post": "/post/upr2020/no-such-post",
    "no page": "/nowhere",
    "no bytes": "/raw/xyz",
    "no picture": "/picture/xyz",
    "no short address": "/p/aaaaaaaaaa",
    "closed": "/-/versions",
    "closed table": "/archive/withdrawals",
    "refused": "/search.csv?columns=nonsense",
    "no capture": "/web/2021/https://nowhere.example/",
}
#: One address of each route that answers programs, or with a page that is not ours.
FOR_PROGRAMS = (
    "/search.csv?q=water", "/post/upr2020/flint-0/cite.ris", f"/post/upr2020/flint-0/revision/{EARLIER}/cite.bib",
    "/post/upr2020/flint-0/captures.csv", "/post/upr2020/flint-0/exhibit.zip", "/exhibit.zip?q=wells",
    "/web/timemap/link/https://www.upr2020.org/post/flint-0", "/cdx?url=https://www.upr2020.org/post/flint-0",
    "/changes.atom", "/checkpoint", "/checkpoints.atom", "/datapackage.json", "/robots.txt", "/sitemap.xml", "/api",
    "/api/posts", "/api/search?q=water", "/api/find?url=flint-0", "/api/posts/upr2020/flint-0",
    "/api/posts/upr2020/flint-0/revisions", "/api/posts/upr2020/flint-0/compare", "/api/posts/upr2020/flint-0/cite",
    "/api/changes?since=2026-01-01", "/api/coverage?state=wanted", "/-/ushrn/style.css",
)  # fmt: skip


def path_of(address: str) -> str:
    """*address* without what is asked of it."""
    return address.partition("?")[0]
