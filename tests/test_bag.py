"""A deposit: the whole archive as a bag, with what repositories ask for."""

import hashlib
import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scraper import export
from scraper.errors import UsageError
from scraper.export import deposit
from scraper.export.bag import facts_of
from scraper.export.package import licence
from tests.archives import captures, fill


def now() -> datetime:
    return datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("bag") / "archive.db", captures())


@pytest.fixture(scope="module")
def bag(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bags") / "deposit"
    export.to_bag(archive, path, licence="CC-BY-4.0")
    return path


def manifest(bag: Path, name: str) -> dict[str, str]:
    lines = (bag / name).read_text("utf-8").splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


def test_every_file_is_in_a_manifest_with_its_digest(bag: Path) -> None:
    listed = manifest(bag, "manifest-sha256.txt") | manifest(bag, "tagmanifest-sha256.txt")
    found = {file.relative_to(bag).as_posix(): file for file in bag.rglob("*") if file.is_file()}
    assert listed.keys() | {"tagmanifest-sha256.txt"} == found.keys()
    assert all(hashlib.sha256(found[path].read_bytes()).hexdigest() == digest for path, digest in listed.items())
    payload = [file for path, file in found.items() if path.startswith("data/")]
    oxum = f"Payload-Oxum: {sum(file.stat().st_size for file in payload)}.{len(payload)}\n"
    assert oxum in (bag / "bag-info.txt").read_text("utf-8")
    assert (bag / "bagit.txt").read_text("utf-8") == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def test_it_holds_the_file_the_captures_the_tables_and_the_proofs(bag: Path) -> None:
    paths = set(manifest(bag, "manifest-sha256.txt"))
    wanted = {"archive.db", "captures.warc.gz", "tables/posts.csv", "tables/datapackage.json", "README.md",
              "CITATION.cff", ".zenodo.json", "ro-crate-metadata.json"}  # fmt: skip
    assert {f"data/{name}" for name in wanted} <= paths
    with closing(sqlite3.connect(bag / "data" / "archive.db")) as db:
        texts = [text for (text,) in db.execute("SELECT text FROM checkpoints ORDER BY id")]
    assert [file.read_text("utf-8") for file in sorted((bag / "data" / "checkpoints").iterdir())] == texts


def test_the_readme_says_the_archives_own_numbers(bag: Path) -> None:
    readme = (bag / "data" / "README.md").read_text("utf-8")
    with closing(sqlite3.connect(bag / "data" / "archive.db")) as db:
        facts = facts_of(db)
        (posts,) = db.execute("SELECT count(*) FROM posts").fetchone()
    assert posts > 0
    assert f"{posts:,} posts of " in readme
    assert f"from {facts.captures:,} captures made between {facts.first_day} and {facts.last_day}" in readme
    assert "CC-BY-4.0" in readme
    assert facts.checkpoint.rstrip() in readme


def test_repositories_find_their_forms_filled(bag: Path) -> None:
    form = json.loads((bag / "data" / ".zenodo.json").read_text("utf-8"))
    with closing(sqlite3.connect(bag / "data" / "archive.db")) as db:
        sites = [name for name, _ in facts_of(db).sites]
    assert (form["upload_type"], form["access_right"], form["license"]) == ("dataset", "open", "CC-BY-4.0")
    assert form["creators"] == [{"name": "Posts archive"}]
    assert form["keywords"] == ["web archive", *(name for name in sites if name)]
    cff = dict(line.split(": ", 1) for line in (bag / "data" / "CITATION.cff").read_text("utf-8").splitlines())
    assert (json.loads(cff["cff-version"]), json.loads(cff["license"])) == ("1.2.0", "CC-BY-4.0")
    crate = json.loads((bag / "data" / "ro-crate-metadata.json").read_text("utf-8"))["@graph"]
    root = next(each for each in crate if each["@id"] == "./")
    held = {each["@id"]: each for each in crate if each["@type"] == "File"}
    assert [part["@id"] for part in root["hasPart"]] == list(held)
    assert held["archive.db"]["sha256"] == manifest(bag, "manifest-sha256.txt")["data/archive.db"]


def test_where_no_licence_is_stated_none_is_claimed(bag: Path) -> None:
    with closing(sqlite3.connect(bag / "data" / "archive.db")) as db:
        facts, stated = facts_of(db), facts_of(db, "https://example.org/terms")
    assert "license" not in json.loads(deposit.zenodo(facts))
    assert "license" not in deposit.citation_cff(facts)
    assert deposit.NO_LICENCE in deposit.readme(facts, [])
    assert 'license-url: "https://example.org/terms"' in deposit.citation_cff(stated)


@pytest.mark.parametrize(
    ("licence", "name"),
    [("cc-by-4.0", "CC-BY-4.0"), (" cc-by-4.0 ", "CC-BY-4.0"), ("gpl-3.0-only", "GPL-3.0-only"),
     ("odbl-1.0", "ODbL-1.0"), ("terms-of-the-network-2.0", ""), ("CC-BY-9.9", ""), ("CC-BY-ND-NC-4.0", ""),
     ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
     ("https://creativecommons.org/licenses/by/3.0/us/deed.en", "CC-BY-3.0-US"),
     ("https://creativecommons.org/licenses/by-sa/4.0/legalcode", "CC-BY-SA-4.0"),
     ("https://creativecommons.org/licenses/by/3.0/zz/", ""), ("CC0-1.0", "CC0-1.0"),
     ("cc-by-nc-nd-3.0-igo", "CC-BY-NC-ND-3.0-IGO"), ("mit", "MIT"),
     ("ODbL-1.0", "ODbL-1.0"), ("GPL-3.0-or-later", "GPL-3.0-or-later"), ("", ""), ("all rights reserved", ""),
     ("https://creativecommons.org/licenses/by-nc/4.0/", "CC-BY-NC-4.0"), ("https://example.org/terms", "")],
)  # fmt: skip
def test_a_deposit_is_open_only_by_a_licence_that_zenodo_knows(bag: Path, licence: str, name: str) -> None:
    """Zenodo's form needs `access_right`, with it a licence of SPDX's list (open) or conditions (restricted)."""
    with closing(sqlite3.connect(bag / "data" / "archive.db")) as db:
        facts = replace(facts_of(db), licence=licence)
    form = json.loads(deposit.zenodo(facts))
    assert form.get("license", "") == name
    assert form["access_right"] == ("open" if name else "restricted")
    assert ("access_conditions" in form) == (not name)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", form["publication_date"])
    assert len(form["title"]) >= 3
    assert all(creator["name"] for creator in form["creators"])
    assert ("\nlicense: " in deposit.citation_cff(facts)) == bool(name and "://" not in licence)


def test_it_is_a_copy_for_the_public(archive: Path, bag: Path) -> None:
    with closing(sqlite3.connect(archive)) as own, closing(sqlite3.connect(bag / "data" / "archive.db")) as public:
        problems = "SELECT count(*) FROM problems"
        assert own.execute(problems).fetchone()[0] > public.execute(problems).fetchone()[0] == 0


def test_a_zip_of_it_is_the_same_bytes_each_time(archive: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        export.to_bag(archive, tmp_path / name / "deposit.zip")
    one, two = ((tmp_path / name / "deposit.zip").read_bytes() for name in ("one", "two"))
    assert one == two
    with zipfile.ZipFile(tmp_path / "one" / "deposit.zip") as packed:
        assert all(name.startswith("deposit/") for name in packed.namelist())
        assert "deposit/bagit.txt" in packed.namelist()


def test_nothing_is_written_over_and_nothing_left_behind(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(UsageError, match="already exists"):
        export.to_bag(archive, tmp_path / "there")
    with pytest.raises(UsageError, match="create it first"):
        export.to_bag(archive, tmp_path / "nowhere" / "bag")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


LIMITED = """
import resource, sys
from pathlib import Path
from scraper import export
from scraper.errors import ArchiveError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    export.to_bag(Path(sys.argv[1]), Path(sys.argv[2]))
except ArchiveError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["deposit", "deposit.zip"])
@pytest.mark.parametrize("room", [3_000, 300_000])
def test_where_there_is_no_room_that_is_said_of_the_bag_and_nothing_is_left(
    archive: Path, tmp_path: Path, name: str, room: int
) -> None:
    place = tmp_path / name
    done = subprocess.run([sys.executable, "-c", LIMITED, archive, place, str(room)], capture_output=True, text=True)
    assert done.stdout.startswith(f"DiskFull {place}: no room left"), done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"captures": 0}, "The archive holds nothing yet."),
        ({"gone": 1}, "1 post of a, in 2 versions, from 3 captures made on 2021-05-02. It is no longer on its site."),
        ({"posts": 2, "gone": 1}, "2 posts of a, in 2 versions, from 3 captures made on 2021-05-02. One of them is no"
         " longer on its site."),
        ({"posts": 1_200, "gone": 30, "sites": (("a", ""), ("b", ""), ("c", "")), "wanted": 1, "lost": 2,
          "first_day": "2021-01-01"},
         "1,200 posts of a, b and c, in 2 versions, from 3 captures made between 2021-01-01 and 2021-05-02. 30 of them"
         " are no longer on their sites. Known but not captured yet: 1 address. No copy was found anywhere: 2"
         " addresses."),
    ],
)  # fmt: skip
def test_the_description_counts_in_english(bag: Path, more: dict[str, Any], said: str) -> None:
    with closing(sqlite3.connect(bag / "data" / "archive.db")) as db:
        few = replace(facts_of(db), posts=1, gone=0, revisions=2, captures=3, wanted=0, lost=0, sites=(("a", ""),),
                      first_day="2021-05-02", last_day="2021-05-02")  # fmt: skip
    assert deposit.description(replace(few, **more)) == said


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("CC-BY-4.0", {"name": "CC-BY-4.0"}),
        ("https://example.org/terms", {"path": "https://example.org/terms"}),
        ("All rights reserved.", {"name": "All-rights-reserved.", "title": "All rights reserved."}),
        ("كل الحقوق", {"name": "other", "title": "كل الحقوق"}),
    ],
)
def test_a_data_package_names_the_licence_as_its_profile_has_names(told: str, said: dict[str, str]) -> None:
    assert licence(told) == said
