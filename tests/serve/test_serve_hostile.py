"""Requests that no browser would make."""

from typing import Any

import pytest
from click.testing import CliRunner

from scraper.cli import main


@pytest.mark.parametrize(
    "cookie", [b"ds_actor=\x80", b"ds_actor=\xff\xfe; a=b", b"[=1", b"=", b'a="\\', b"ds_messages=x.y.z"]
)
def test_a_cookie_that_nobody_can_read_costs_nothing(reader: Any, cookie: bytes) -> None:
    assert reader.get("/search?q=water", headers=[(b"cookie", cookie)]).status_code == 200


def test_no_host_is_not_everyone(library: Any) -> None:
    done = CliRunner().invoke(main, ["serve", "--db", str(library), "--host", "", "--port", "0"])
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
