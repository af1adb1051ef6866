"""Style sheet and icon, from the package, with an address that changes with their content."""

import hashlib
from functools import cache
from importlib.resources import files

from datasette.utils.asgi import Request, Response

from scraper.serve.security_headers import SAFE

TYPES = {"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


@cache
def content(name: str) -> bytes:
    """The bytes of one of our files."""
    return (files("scraper.serve") / "static" / name).read_bytes()


@cache
def address(name: str) -> str:
    """Path below our base, with a digest so that browsers may keep the file for a year."""
    return f"-/ushrn/{name}?{hashlib.sha256(content(name)).hexdigest()[:10]}"


async def view(request: Request) -> Response:
    """``/-/ushrn/<name>``"""
    name = request.url_vars["name"]
    if name not in TYPES:
        return Response.text("", status=404, headers=SAFE)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", **SAFE}
    return Response(content(name), headers=headers, content_type=TYPES[name])
