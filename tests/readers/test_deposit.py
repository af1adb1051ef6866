"""The programs of libraries and repositories read our deposit."""

from pathlib import Path

import pytest

from scraper import export
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
