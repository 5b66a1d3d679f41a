"""Passwords in definitions: those in an address, and those of a server, are told to nobody."""

from __future__ import annotations

import re

HIDDEN = "•••"

_IN_ADDRESS = re.compile(r"(://[^\s:/@]*:)[^\s@]+(?=@)")
_OF_SERVER = re.compile(r"""(\bpassword["']?\s*:\s*)("[^"]*"|'[^']*'|[^\s,}]+)""", re.IGNORECASE)


def masked(text: str) -> str:
    """The text without its passwords.

    >>> masked("database: postgresql://crm:s3cret@db/crm")
    'database: postgresql://crm:•••@db/crm'
    >>> masked("mail: {host: mx, password: s3cret}")
    'mail: {host: mx, password: •••}'
    """
    return _OF_SERVER.sub(rf"\g<1>{HIDDEN}", _IN_ADDRESS.sub(rf"\g<1>{HIDDEN}", text))
