"""What the platform encrypts, digests and makes at random with, as its modules say; and that none asks a shell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PLATFORM = ROOT / "platform"
NODES = [
    (path.relative_to(PLATFORM).as_posix(), node)
    for path in PLATFORM.rglob("*.py")
    for node in ast.walk(ast.parse(path.read_bytes()))
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Attribute | ast.Call)
]
CRYPTOGRAPHY = ("argon2", "cryptography", "hashlib", "hmac", "joserfc", "pyotp", "secrets", "ssl", "webauthn")
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


def test_the_inventory_tells_of_every_use_and_of_no_other() -> None:
    page = (ROOT / "docs" / "protection.md").read_text(encoding="utf-8")
    table = page.partition("## What is encrypted")[2].partition("\n## ")[0]
    told = {
        f"{name}.py" for line in table.splitlines() for name in re.findall(r"`((?:cli|engine|ui)/[\w/]+)\.py`", line)
    }
    uses = {file for module in CRYPTOGRAPHY for file, _ in imported(module)}
    makes = {"engine/audit/chain.py", "engine/messages/secrets.py"}
    assert told == uses | makes


def test_no_password_is_shipped() -> None:
    for path in (path for folder in ("platform", "schemas", "workflows") for path in (ROOT / folder).rglob("*")):
        if path.suffix in (".py", ".yaml", ".html", ".js"):
            text = path.read_text(encoding="utf-8").replace("s3cret", "").replace("•••", "")
            assert not re.search(r"\w+://[^\s/:@\"']+:[^\s/@{\"']+@", text), f"{path}: an address with a password"
            said = r":\s*\w+" if path.suffix == ".yaml" else r"=\s*[\"'][^\"']+[\"']"
            assert not re.search(rf"(?im)^\s*(password|secret|token|api_?key)\s*{said}\s*$", text), path
    asked = [node for _, node in NODES if isinstance(node, ast.Call) and ast.unparse(node.func) == "os.environ.get"]
    instead = {ast.unparse(node.args[1]) for node in asked if len(node.args) > 1}
    assert instead <= {"''", "'127.0.0.1,::1'", "database"}


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
