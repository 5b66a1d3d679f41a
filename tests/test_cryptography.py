"""What the platform encrypts, digests and makes at random with, as its modules say; and that none asks a shell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PLATFORM = Path(__file__).parent.parent / "platform"
NODES = [
    (path.relative_to(PLATFORM).as_posix(), node)
    for path in PLATFORM.rglob("*.py")
    for node in ast.walk(ast.parse(path.read_bytes()))
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Attribute | ast.Call)
]
WAITS = {"engine/plan/applying/site.py", "engine/sqlite_lock.py"}
"""Where chance spreads tries over time, and no secret is made."""


def test_nothing_else_encrypts_or_digests() -> None:
    assert {name for _, name in used("hashlib")} == {"hashlib.sha256"}
    ciphers = {name for _, name in imported("cryptography") if ".ciphers" in name}
    assert ciphers == {"cryptography.hazmat.primitives.ciphers.aead.AESGCM"}
    assert [*imported("Crypto"), *imported("nacl"), *imported("crypt")] == []


def test_what_is_secret_is_made_by_secrets() -> None:
    assert {file for file, _ in imported("random")} == WAITS
    assert {"engine/people/tokens.py", "engine/people/second_factor.py"} <= {file for file, _ in imported("secrets")}


def test_no_shell_is_asked() -> None:
    assert {file for file, _ in imported("subprocess")} == {"engine/exchange/workbook.py"}
    asked = {name for module in ("os", "subprocess") for _, name in used(module)}
    assert asked.isdisjoint({"os.system", "os.popen", "os.execv", "os.spawnv", "subprocess.getoutput"})
    assert "shell" not in {word.arg for _, node in NODES if isinstance(node, ast.Call) for word in node.keywords}


def imported(module: str) -> Iterator[tuple[str, str]]:
    """Which files import something of a module, and what."""
    for file, node in NODES:
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{each.name}" for each in node.names]
        else:
            continue
        yield from ((file, name) for name in names if name.split(".")[0] == module)


def used(module: str) -> Iterator[tuple[str, str]]:
    """What is taken of a module that was imported whole."""
    for file, node in NODES:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module:
            yield file, f"{module}.{node.attr}"
