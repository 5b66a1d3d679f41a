"""Secrets of the installation: in variables of the environment, or in files, as vaults and containers give them."""

from __future__ import annotations

import os
from pathlib import Path

FILE = "_FILE"
"""After the name of a variable: the variable that names a file in its stead."""


def secret(variable: str) -> str | None:
    """What a variable holds, or else the file that the variable with `_FILE` after its name says; None without either.

    A file is read whenever it is asked for, so that one that is replaced counts from then on. Raises OSError.
    """
    given, file = os.environ.get(variable), os.environ.get(variable + FILE)
    if given or not file:
        return given
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise OSError(f"{file} holds no text") from error
