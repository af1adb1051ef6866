"""The programs of libraries and repositories read our deposit."""

import json
from pathlib import Path
from typing import Any

import pytest

from scraper import export
from scraper.export import deposit
from tests.archives import captures, fill

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deposit")
    archive = fill(folder / "archive.db", captures())
    export.to_bag(archive, folder / "bag", licence="CC-BY-4.0")
    return folder / "bag"


def test_the_library_of_congress_calls_the_bag_valid(bag: Path) -> None:
    import bagit

    assert bagit.Bag(str(bag)).validate(fast=False)


def test_ro_crate_finds_every_file_that_it_names(bag: Path) -> None:
    from rocrate.rocrate import ROCrate

    crate = ROCrate(str(bag / "data"))
    files = [entity for entity in crate.data_entities if entity.type == "File"]
    assert {"archive.db", "captures.warc.gz", "tables/posts.csv"} <= {entity.id for entity in files}
    assert all((bag / "data" / entity.id).is_file() for entity in files)
    assert crate.license == "CC-BY-4.0"


def test_frictionless_calls_the_tables_valid(bag: Path) -> None:
    import frictionless

    report = frictionless.Package(str(bag / "data" / "tables" / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "message"])


#: What Zenodo takes as metadata of a deposit: its documentation (developers.zenodo.org, "Deposit metadata"), and the
#: rules that its server applies (zenodo/zenodo: modules/records/serializers/schemas/common.py and legacyjson.py).
TEXT = {"type": "string", "minLength": 3}
ADDRESS = {"type": "string", "pattern": r"^https?://[^\s/]+"}
ZENODO = {
    "type": "object",
    "additionalProperties": False,
    "required": ["upload_type", "title", "creators", "description", "access_right"],
    "properties": {
        "upload_type": {"enum": ["publication", "poster", "presentation", "dataset", "image", "video", "software",
                                 "lesson", "physicalobject", "other"]},
        "title": TEXT,
        "description": TEXT,
        "creators": {"type": "array", "minItems": 1, "items": {
            "type": "object", "additionalProperties": False, "required": ["name"],
            "properties": {"name": {"type": "string", "minLength": 1}},
        }},
        "keywords": {"type": "array", "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
        "publication_date": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
        "access_right": {"enum": ["open", "embargoed", "restricted", "closed"]},
        "license": {"type": "string", "pattern": r"^[A-Za-z0-9.+-]+$"},
        "access_conditions": {"type": "string", "minLength": 1},
        "notes": {"type": "string"},
        "related_identifiers": {"type": "array", "uniqueItems": True, "items": {
            "type": "object", "additionalProperties": False, "required": ["identifier", "relation"],
            "properties": {
                "identifier": ADDRESS,
                "relation": {"enum": ["isCitedBy", "cites", "isSupplementTo", "isSupplementedBy", "isContinuedBy",
                                      "continues", "isDescribedBy", "describes", "hasMetadata", "isMetadataFor",
                                      "isNewVersionOf", "isPreviousVersionOf", "isPartOf", "hasPart", "isReferencedBy",
                                      "references", "isDocumentedBy", "documents", "isCompiledBy", "compiles",
                                      "isVariantFormOf", "isOriginalFormOf", "isIdenticalTo", "isAlternateIdentifier",
                                      "isReviewedBy", "reviews", "isDerivedFrom", "isSourceOf", "requires",
                                      "isRequiredBy", "isObsoletedBy", "obsoletes"]},
                "resource_type": {"enum": ["dataset", "software", "other"]},
            },
        }},
    },
    "oneOf": [
        {"properties": {"access_right": {"const": "open"}}, "required": ["license"],
         "not": {"required": ["access_conditions"]}},
        {"properties": {"access_right": {"const": "restricted"}}, "required": ["access_conditions"],
         "not": {"required": ["license"]}},
    ],
}  # fmt: skip
#: What CITATION.cff 1.2.0 has of what we say (citation-file-format.github.io/1.2.0/schema).
CFF = {
    "type": "object",
    "additionalProperties": False,
    "required": ["cff-version", "message", "title", "authors"],
    "properties": {
        "cff-version": {"const": "1.2.0"},
        "message": {"type": "string", "minLength": 1},
        "type": {"enum": ["dataset", "software"]},
        "title": {"type": "string", "minLength": 1},
        "abstract": {"type": "string", "minLength": 1},
        "authors": {"type": "array", "minItems": 1, "items": {
            "type": "object", "additionalProperties": False, "required": ["name"],
            "properties": {"name": {"type": "string", "minLength": 1}},
        }},
        "keywords": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
        "date-released": {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])$"},
        "url": {"type": "string", "pattern": "^(https|http|ftp|sftp)://.+"},
        "license": {"type": "string", "pattern": r"^[A-Za-z0-9.+-]+$"},
        "license-url": {"type": "string", "pattern": "^(https|http|ftp|sftp)://.+"},
    },
}  # fmt: skip

LICENCES = ["", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "https://example.org/terms", "https://",
            "https://two words.example/", "HTTPS://EXAMPLE.ORG/TERMS", "All rights <b>\n reserved: \"x\"", "كل الحقوق",
            "=x", "GPL-3.0-only"]  # fmt: skip
SIZES: list[dict[str, Any]] = [
    {},
    {"posts": 1, "captures": 1, "revisions": 1, "sites": (("a", "https://a.example/"),), "first_day": "2021-01-01",
     "last_day": "2021-01-01", "public_url": "http://localhost:8001/"},
    {"posts": 2_000, "gone": 3, "captures": 9_000, "revisions": 3_000, "wanted": 1, "lost": 2,
     "sites": (("a", "https://a.example/"), ("b", "https://b.example/"), ("c", "")), "first_day": "2021-01-01",
     "last_day": "2021-05-01"},
]  # fmt: skip


def facts(size: dict[str, Any], licence: str) -> deposit.ArchiveFacts:
    nothing = dict.fromkeys(("posts", "gone", "revisions", "captures", "wanted", "lost"), 0)
    texts = dict.fromkeys(("publisher", "public_url", "first_day", "last_day", "checkpoint"), "")
    return deposit.ArchiveFacts(**{**nothing, **texts, "name": "Posts", "sites": (), **size, "licence": licence})


@pytest.mark.parametrize("licence", LICENCES)
@pytest.mark.parametrize("size", SIZES)
def test_every_form_is_filled_as_its_repository_has_it(size: dict[str, Any], licence: str) -> None:
    import jsonschema
    import yaml

    told = facts(size, licence)
    jsonschema.validate(json.loads(deposit.zenodo(told)), ZENODO)
    jsonschema.validate(yaml.load(deposit.citation_cff(told), yaml.BaseLoader), CFF)


#: Of the terms of RO-Crate 1.1 (w3id.org/ro/crate/1.1/context) those that we use.
TERMS = {"name", "description", "datePublished", "license", "keywords", "hasPart", "isBasedOn", "url", "conformsTo",
         "about", "encodingFormat", "contentSize"}  # fmt: skip


@pytest.mark.parametrize("licence", LICENCES)
@pytest.mark.parametrize("size", SIZES)
def test_every_term_of_the_crate_is_in_its_context_and_every_reference_leads_to_one_thing(
    size: dict[str, Any], licence: str
) -> None:
    crate = json.loads(deposit.ro_crate(facts(size, licence), [deposit.DepositFile("a.csv", "text/csv", "A", 1, "0")]))
    base, more = crate["@context"]
    assert base == "https://w3id.org/ro/crate/1.1/context"
    used = {term for entity in crate["@graph"] for term in entity if not term.startswith("@")}
    assert used <= TERMS | set(more)
    known = [entity["@id"] for entity in crate["@graph"]]
    assert len(set(known)) == len(known)
    about, root, *_ = crate["@graph"]
    assert (about["@id"], about["about"], root["@id"]) == ("ro-crate-metadata.json", {"@id": "./"}, "./")
    named = [root["license"], *root["hasPart"], *root["isBasedOn"]]
    assert {each["@id"] for each in named if isinstance(each, dict)} <= set(known)
