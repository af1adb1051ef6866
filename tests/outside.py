"""What tests of the browser take from outside: a Chromium of this machine, files of packages that npm brings."""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def packaged(package: str, names: Iterable[str], folder: Path) -> list[bytes]:
    """The files *names* of *package* (``name@version``), which is brought to *folder*; else the test is skipped."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip(f"there is no npm to bring {package}")
    packed = subprocess.run([npm, "pack", package], cwd=folder, capture_output=True, text=True, check=False)
    if packed.returncode:
        pytest.skip(f"npm cannot bring {package}")
    found = []
    with tarfile.open(folder / packed.stdout.strip().splitlines()[-1]) as archive:
        for name in names:
            member = archive.extractfile(f"package/{name}")
            assert member is not None
            found.append(member.read())
    return found
