"""Making a workspace: a folder with settings that name its packs."""

from __future__ import annotations

from pathlib import Path

from customary.engine.text import find_packs
from customary.engine.text.source import SETTINGS_FILE
from customary.engine.workspace.address import url_of
from customary.engine.workspace.errors import WrongUse


def create(directory: Path, packs: list[str], database_url: str | None = None, name: str | None = None) -> None:
    """Makes a workspace folder with a `customary.yaml` that names its packs. Raises WrongUse."""
    known = find_packs()
    for pack in packs:
        if pack not in known:
            raise WrongUse(f"There is no pack “{pack}”. Known: {', '.join(sorted(known))}.")
    if database_url is not None:
        url_of(database_url)
    if (directory / SETTINGS_FILE).exists():
        raise WrongUse(f"{directory} is a workspace already: it holds a {SETTINGS_FILE}.")
    try:
        for folder in ("schemas", "workflows"):
            (directory / folder).mkdir(parents=True, exist_ok=True)
        text = _settings_text(name or directory.resolve().name, packs, database_url)
        (directory / SETTINGS_FILE).write_text(text, encoding="utf-8")
    except OSError as error:
        raise WrongUse(f"{directory} cannot be made: {error.strerror}") from error


def _settings_text(name: str, packs: list[str], database_url: str | None) -> str:
    database = f'database: "{database_url}"\n' if database_url else ""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return (
        "# What holds for the workspace as a whole. Your own definitions go to schemas/ and workflows/.\n"
        f'name: "{quoted}"\n'
        f"packs: [{', '.join(packs)}]\n"
        "languages: [en, zh, el]\n"
        "currency: EUR\n"
        "time_zone: UTC\n"
        "first_weekday: mon\n" + database
    )
