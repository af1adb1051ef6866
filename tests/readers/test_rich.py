"""The reading room where `rich` is installed, as with the extra `data`: Datasette then uses it for errors."""

import asyncio
from pathlib import Path

import pytest

from scraper import schema

pytestmark = pytest.mark.slow
pytest.importorskip("rich")


@pytest.mark.parametrize("address", ["/post/a/b/c", "/post/a/b/revision/c/d", "/nothing/of/that/name"])
def test_an_address_that_leads_nowhere_is_not_found(tmp_path: Path, address: str) -> None:
    from datasette.app import Datasette

    path = tmp_path / "archive.db"
    schema.open_archive(path, create=True).close()
    room = Datasette([path])
    assert asyncio.run(room.client.get(address)).status_code == 404
