"""The shape of the project itself."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_our_folder_does_not_hide_the_standard_library_module():
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert platform.python_version()


def test_the_rooms_import_one_way():
    run = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout
