"""What a deposit says of itself, for people and for repositories: README, RO-Crate, CITATION.cff, Zenodo's form. Pure.

All of it is made of the archive's own numbers, and of what its operator has set; nothing is claimed that neither says.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from scraper import __version__
from scraper.numbers import plural
from scraper.wording import framed

NO_LICENCE = "No licence is stated. The posts belong to their authors."
_CHECK = "`ushrn verify --db archive.db` checks every digest, reference and row."
_CHECK_PART = (
    "`ushrn import captures.warc.gz` checks the digest of every capture, and says which of them the log in it covers."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFacts:
    """What is known of an archive. Days are those of captures, UTC; empty: there is none."""

    name: str
    #: Whose posts these are, as in the middle of a sentence: ``the Example Network``; empty: nobody in particular.
    publisher: str
    public_url: str
    #: As the operator states it: a name such as ``CC-BY-4.0``, or an address; empty: not stated.
    licence: str
    #: (name, address) of the sites whose posts are archived.
    sites: tuple[tuple[str, str], ...]
    posts: int
    gone: int
    revisions: int
    captures: int
    wanted: int
    lost: int
    first_day: str
    last_day: str
    #: The newest checkpoint, as signed; empty: there is none.
    checkpoint: str
    #: Only some posts of the archive are in it.
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class DepositFile:
    """A file of the deposit."""

    path: str
    media_type: str
    meaning: str
    bytes: int
    sha256: str


def title(facts: ArchiveFacts) -> str:
    """The deposit's title: the archive's name and the day that it reaches to."""
    if facts.last_day:
        return f"{facts.name}, as of {facts.last_day}"
    return facts.name


def description(facts: ArchiveFacts) -> str:
    """One paragraph."""
    if not facts.captures:
        return "The archive holds nothing yet."
    held = (
        f"{plural(facts.posts, 'post')}{framed(_listed([name for name, _ in facts.sites]), ' of ')}, in"
        f" {plural(facts.revisions, 'version')}, from {plural(facts.captures, 'capture')}{_when(facts)}."
    )
    return " ".join(filter(None, (held, _gone(facts), *_missing(facts))))


def _listed(names: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; empty: of none."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _when(facts: ArchiveFacts) -> str:
    if facts.first_day == facts.last_day:
        return framed(facts.first_day, " made on ")
    return f" made between {facts.first_day} and {facts.last_day}"


def _gone(facts: ArchiveFacts) -> str:
    match facts.gone, facts.posts:
        case 0, _:
            return ""
        case 1, 1:
            return "It is no longer on its site."
        case 1, _:
            return "One of them is no longer on its site."
    return f"{facts.gone:,} of them are no longer on their sites."


def _missing(facts: ArchiveFacts) -> Iterator[str]:
    """What is not in the deposit."""
    if facts.is_part:
        yield "This is a part of a larger archive: what a search found."
        return
    if facts.wanted:
        yield f"Known but not captured yet: {plural(facts.wanted, 'address', 'addresses')}."
    if facts.lost:
        yield f"No copy was found anywhere: {plural(facts.lost, 'address', 'addresses')}."


def keywords(facts: ArchiveFacts) -> list[str]:
    """What to find the deposit by: what it is, whose posts it holds, and from which sites."""
    publisher = facts.publisher.removeprefix("the ").strip()
    return list(dict.fromkeys(word for word in ("web archive", publisher, *(name for name, _ in facts.sites)) if word))


def readme(facts: ArchiveFacts, parts: list[DepositFile]) -> str:
    """README.md: what is in the deposit, how to use it, how to check it."""
    files = "\n".join(f"| `{part.path}` | {part.meaning} | {part.bytes:,} |" for part in parts)
    sites = "\n".join(f"- {name}: {url}" for name, url in facts.sites) or "None yet."
    sealed = f"```\n{facts.checkpoint.rstrip()}\n```" if facts.checkpoint else "The archive has no checkpoint yet."
    also = "" if facts.is_part else " and, inside `archive.db`, in the table `dictionary`"
    check = _CHECK_PART if facts.is_part else _CHECK
    served = f"It is served at {facts.public_url}.\n\n" if facts.public_url else ""
    return f"""# {title(facts)}

{description(facts)}

{served}## Sites

{sites}

## Files

| file | what it is | bytes |
|---|---|--:|
{files}

The tables are described in `tables/datapackage.json`{also}. Times are UTC and as precise as their source; an empty cell
means that the source does not say.

## Checking it

`manifest-sha256.txt` beside this folder has the SHA-256 of every file (BagIt, RFC 8493). {check} The newest checkpoint
of the log of captures is:

{sealed}

## Licence

{facts.licence or NO_LICENCE}

Made by ushrn {__version__}.
"""


def citation_cff(facts: ArchiveFacts) -> str:
    """CITATION.cff 1.2.0. Its strings are written as JSON, which is YAML."""
    lines: dict[str, object] = {
        "cff-version": "1.2.0",
        "message": "If you use this archive, please cite it, and each post by its own permanent address.",
        "type": "dataset",
        "title": title(facts),
        "abstract": description(facts),
        "authors": [{"name": facts.name}],
        "keywords": keywords(facts),
        "date-released": facts.last_day,
        "url": facts.public_url,
        **_cff_licence(facts.licence),
    }
    return "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in lines.items() if value)


def _cff_licence(licence: str) -> dict[str, str]:
    """The licence where the format has room for it: by its SPDX id, or by its address."""
    if is_address(licence):
        return {"license-url": licence}
    return _named("license", spdx(licence))


#: Licences for texts, data and programs, by their ids in SPDX's list; each is in the schema of CITATION.cff 1.2.0 too.
_LISTED: list[str] = re.findall(r"\S+", """
CC0-1.0 CC-PDDC CC-BY-3.0-AT CC-BY-3.0-US CC-BY-NC-ND-3.0-IGO CC-BY-SA-2.0-UK CC-BY-SA-2.1-JP CC-BY-SA-3.0-AT
CDLA-Permissive-1.0 CDLA-Sharing-1.0 C-UDA-1.0 O-UDA-1.0 ODbL-1.0 ODC-By-1.0 PDDL-1.0 etalab-2.0 NLOD-1.0
OGL-Canada-2.0 OGL-UK-1.0 OGL-UK-2.0 OGL-UK-3.0 LAL-1.2 LAL-1.3 GFDL-1.1-only GFDL-1.1-or-later GFDL-1.2-only
GFDL-1.2-or-later GFDL-1.3-only GFDL-1.3-or-later AGPL-3.0-only AGPL-3.0-or-later GPL-2.0-only GPL-2.0-or-later
GPL-3.0-only GPL-3.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later Apache-2.0
Artistic-2.0 BSD-2-Clause BSD-3-Clause BSL-1.0 EPL-2.0 EUPL-1.1 EUPL-1.2 MPL-2.0 OFL-1.1 0BSD ISC MIT Unlicense WTFPL
Zlib
""")  # fmt: skip
_TERMS = ("BY", "BY-NC", "BY-NC-ND", "BY-NC-SA", "BY-ND", "BY-SA")
_COMMONS = [f"CC-{terms}-{version}" for terms in _TERMS for version in ("1.0", "2.0", "2.5", "3.0", "4.0")]
_KNOWN: dict[str, str] = {known.casefold(): known for known in (*_LISTED, *_COMMONS)}
_DEEDS = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(?:licenses/(?P<terms>[a-z-]+)|publicdomain/zero)/(?P<version>\d\.\d)"
    r"(?:/(?P<port>[a-z]{2,3}))?(?:/(?:deed|legalcode)[.\w-]*)?/?",
    re.IGNORECASE | re.ASCII,
)

#: An address that any of the forms takes: CITATION.cff wants the scheme in small letters and something behind it.
_ADDRESS = re.compile(r"https?://[^\s/?#\"<>]+[^\s\"<>]*", re.ASCII)


def spdx(licence: str) -> str:
    """The id of *licence* in SPDX's list, spelled as there; empty: none that we know.

    A name that only looks like one would make CITATION.cff invalid and Zenodo's form be refused, so what is not known
    counts as words of the operator's own.
    """
    name = licence.strip()
    if deed := _DEEDS.fullmatch(name):
        kind = f"CC-{deed['terms']}" if deed["terms"] else "CC0"
        name = "-".join(part for part in (kind, deed["version"], deed["port"]) if part)
    return _KNOWN.get(name.casefold(), "")


def zenodo(facts: ArchiveFacts) -> str:
    """.zenodo.json: what Zenodo's form asks for."""
    related = [
        {"identifier": url, "relation": "isDerivedFrom", "resource_type": "other"} for _, url in facts.sites if url
    ]
    if facts.public_url:
        related.append({"identifier": facts.public_url, "relation": "isSourceOf", "resource_type": "other"})
    form: dict[str, Any] = {
        "upload_type": "dataset",
        "title": title(facts),
        "description": f"<p>{escape(description(facts))}</p><p>{escape(facts.licence or NO_LICENCE)}</p>",
        "creators": [{"name": facts.name}],
        "keywords": keywords(facts),
        "publication_date": facts.last_day,
        "related_identifiers": related,
        **_zenodo_access(facts.licence),
        "notes": f"Made by ushrn {__version__}.",
    }
    return json.dumps({name: value for name, value in form.items() if value}, ensure_ascii=False, indent=2) + "\n"


def _zenodo_access(licence: str) -> dict[str, str]:
    """Open by a licence that Zenodo has by name; else on conditions, which its form then asks for."""
    if name := spdx(licence):
        return {"access_right": "open", "license": name}
    return {"access_right": "restricted", "access_conditions": f"<p>{escape(licence or NO_LICENCE)}</p>"}


#: Terms of schema.org that are younger than the context of RO-Crate 1.1, which has those of its release 10.
_MORE_TERMS = {"sha256": "http://schema.org/sha256"}


def ro_crate(facts: ArchiveFacts, parts: list[DepositFile]) -> str:
    """ro-crate-metadata.json (RO-Crate 1.1)."""
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": title(facts),
        "description": description(facts),
        "datePublished": facts.last_day or "1970-01-01",
        "license": _crate_licence(facts.licence),
        "keywords": ", ".join(keywords(facts)),
        "hasPart": [{"@id": part.path} for part in parts],
        "isBasedOn": [{"@id": url} for _, url in facts.sites if url],
        **_named("url", facts.public_url),
    }
    about = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    sites = [{"@id": url, "@type": "WebSite", "name": name} for name, url in facts.sites if url]
    licence = [{"@id": facts.licence, "@type": "CreativeWork"}] * is_address(facts.licence)
    graph = [about, root, *map(_crate_file, parts), *sites, *licence]
    crate = {"@context": ["https://w3id.org/ro/crate/1.1/context", _MORE_TERMS], "@graph": graph}
    return json.dumps(crate, ensure_ascii=False, indent=2) + "\n"


def _crate_licence(licence: str) -> object:
    if is_address(licence):
        return {"@id": licence}
    return licence or NO_LICENCE


def _named(name: str, value: str) -> dict[str, str]:
    """The pair, where there is a value."""
    if not value:
        return {}
    return {name: value}


def _crate_file(part: DepositFile) -> dict[str, str]:
    return {
        "@id": part.path,
        "@type": "File",
        "name": part.meaning,
        "encodingFormat": part.media_type,
        "contentSize": str(part.bytes),
        "sha256": part.sha256,
    }


def is_address(licence: str) -> bool:
    """Whether it is stated by the address of its text alone."""
    return _ADDRESS.fullmatch(licence) is not None
