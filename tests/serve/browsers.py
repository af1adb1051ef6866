"""Real Chromium and the axe that looks at its pages, for the tests that need them; skipped where they cannot be had."""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
AXE = "axe-core@4.14.1"
#: WCAG 2.0 to 2.2, A and AA, and axe's own best practices.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

Axe = Callable[[Any], list[tuple[str, list[str]]]]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A running browser, by Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install '.[browser]' brings playwright")
    if not CHROMIUM:
        pytest.skip("there is no chromium: apt-get install chromium, or name it in CHROMIUM")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Axe:
    """A function that gives what axe finds wrong with a page: (rule, the start of three elements) each."""
    source = _source(tmp_path_factory.mktemp("axe"))

    def inner(page: Any) -> list[tuple[str, list[str]]]:
        page.evaluate(source)
        found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", TAGS)
        return [(each["id"], [node["html"][:160] for node in each["nodes"]][:3]) for each in found["violations"]]

    return inner


def _source(folder: Path) -> str:
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("there is no npm to bring axe")
    packed = subprocess.run([npm, "pack", AXE], cwd=folder, capture_output=True, text=True, check=False)
    if packed.returncode:
        pytest.skip(f"npm cannot bring {AXE}")
    with tarfile.open(folder / packed.stdout.strip().splitlines()[-1]) as package:
        member = package.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()
