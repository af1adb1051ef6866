"""What the owner says of an archive travels in the file."""

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from scraper import export, schema
from scraper.export import warc
from scraper.records import Setting
from scraper.store import Settings, keep_setting, presented, settings_of
from tests.archives import captures, fill


def test_settings_are_kept_and_taken_away(tmp_path: Path) -> None:
    db = schema.open_archive(tmp_path / "archive.db", create=True).conn
    assert settings_of(db) == Settings()
    keep_setting(db, Setting.NAME, " Harbour papers ")
    keep_setting(db, Setting.PUBLIC_URL, "https://papers.example.org/")
    keep_setting(db, Setting.INTRODUCTION, "**The Harbour** was.\n\nIt is.")
    keep_setting(db, Setting.SOURCES, "https://a.example/ https://b.example/")
    said = settings_of(db)
    assert (said.name, said.public_url) == ("Harbour papers", "https://papers.example.org")
    assert said.introduction == ("**The Harbour** was.", "It is.")
    assert said.sources == ("https://a.example/", "https://b.example/")
    keep_setting(db, Setting.NAME, "")
    assert settings_of(db).name == ""
    db.close()


def site(db: sqlite3.Connection, name: str) -> None:
    db.execute(
        "INSERT INTO sites (id, name, base_url, platform) VALUES (?, ?, ?, 'wix')", (name, name, f"https://{name}/")
    )


@pytest.mark.parametrize(
    ("sites", "name", "publisher"),
    [
        ((), "Posts archive", ""),
        (("upr2020",), "USHRN posts archive", "the US Human Rights Network"),
        (("upr2020", "blog.example"), "Posts archive", ""),
        (("blog.example",), "Posts archive", ""),
    ],
)
def test_only_an_archive_of_the_networks_own_sites_is_called_after_it(
    tmp_path: Path, sites: tuple[str, ...], name: str, publisher: str
) -> None:
    with closing(schema.open_archive(tmp_path / "archive.db", create=True).conn) as db:
        for each in sites:
            site(db, each)
        assert (presented(db).name, presented(db).publisher) == (name, publisher)
        keep_setting(db, Setting.NAME, "Harbour papers")
        keep_setting(db, Setting.PUBLISHER, "the Harbour Network")
        assert (presented(db).name, presented(db).publisher) == ("Harbour papers", "the Harbour Network")


def exported(archive: Path, folder: Path) -> dict[str, str]:
    """What each file says of the archive as a whole, by the file's name."""
    folder.mkdir()
    export.to_bag(archive, folder / "bag")
    warc.export_wacz(archive, folder / "posts.wacz")
    with closing(schema.open_archive(archive, create=False).conn) as db:
        export.to_file(db, folder / "posts.atom", "atom")
        export.to_file(db, folder / "posts.bib", "bibtex")
    found = {file.name: file.read_text("utf-8") for file in (folder / "bag").rglob("*") if named(file)}
    with zipfile.ZipFile(folder / "posts.wacz") as package:
        found["wacz"] = package.read("datapackage.json").decode()
    return found | {name: (folder / name).read_text("utf-8") for name in ("posts.atom", "posts.bib")}


def named(file: Path) -> bool:
    return file.suffix in {".md", ".cff", ".json"} or file.name == "bag-info.txt"


def test_no_file_of_another_blogs_archive_names_the_network_and_each_has_the_name_that_it_was_given(
    tmp_path: Path,
) -> None:
    archive = fill(tmp_path / "archive.db", captures())
    unnamed = exported(archive, tmp_path / "unnamed")
    assert len(unnamed) >= 8
    for file, text in unnamed.items():
        assert "USHRN" not in text and "Human Rights Network" not in text, file
    with closing(schema.open_archive(archive, create=False).conn) as db:
        keep_setting(db, Setting.NAME, "Harbour papers")
        db.commit()
    renamed = exported(archive, tmp_path / "renamed")
    for file in ("README.md", "CITATION.cff", ".zenodo.json", "ro-crate-metadata.json", "wacz", "posts.atom"):
        assert "Harbour papers" in renamed[file], file
