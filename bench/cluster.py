"""A private PostgreSQL cluster with its default durability."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql() -> Iterator[str]:
    """Its URL, or "" when PostgreSQL is not installed."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if not binaries:
        yield ""
        return
    folder = Path(tempfile.mkdtemp(prefix="customary-bench-pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user, user)

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL)

    control = [str(binaries[0] / "pg_ctl"), "-D", str(folder / "cluster"), "-l", str(folder / "log"), "-w"]
    run(str(binaries[0] / "initdb"), "-D", str(folder / "cluster"), "-U", "postgres", "-A", "trust", "-E", "UTF8")
    run(*control, "-o", f"-c listen_addresses='' -c unix_socket_directories={folder}", "start")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        run(*control, "-m", "fast", "stop")
        shutil.rmtree(folder, ignore_errors=True)
