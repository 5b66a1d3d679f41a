"""Sealing texts with a key that lies outside the database: AES-GCM, bound to the place where the text belongs.

The keys stand in CUSTOMARY_SECRET_KEY, or in the file that CUSTOMARY_SECRET_KEY_FILE names, each 32 random bytes in
base64 (`openssl rand -base64 32`) and apart from the next by a blank or a line. The first one seals; the others still
open what they sealed, so that a new key can be put before an old one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping

from customary.engine.environment import secret

VERSION = "1"
"""Stands first in what is sealed, so that another algorithm can follow beside this one: AES-256-GCM."""
KEY_VARIABLE = "CUSTOMARY_SECRET_KEY"
_NONCE = 12


class NoKey(Exception):
    """There is no key to seal or open with."""


class Unopened(Exception):
    """A sealed text was changed, belongs elsewhere, or was sealed with a key that is gone."""


def has_key() -> bool:
    """Whether anything can be sealed."""
    try:
        return bool(_keys())
    except NoKey:
        return False


def key_names() -> frozenset[str]:
    """The names of the keys that there are; each stands in the texts that it sealed."""
    try:
        return frozenset(_keys())
    except NoKey:
        return frozenset()


def seal(text: str, place: str) -> str:
    """The text sealed for one place. Raises NoKey."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    name, key = next(iter(_keys().items()))
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), place.encode())
    return f"{VERSION}.{name}.{base64.b64encode(nonce + sealed).decode()}"


def mark() -> str:
    """How what is sealed now begins. Raises NoKey."""
    return f"{VERSION}.{next(iter(_keys()))}."


def unseal(token: str, place: str) -> str:
    """What was sealed for this very place. Raises NoKey, Unopened."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    keys = _keys()
    try:
        version, name, packed = token.split(".")
        data = base64.b64decode(packed, validate=True)
        if version != VERSION or name not in keys:
            raise Unopened
        return AESGCM(keys[name]).decrypt(data[:_NONCE], data[_NONCE:], place.encode()).decode()
    except (ValueError, InvalidTag) as error:
        raise Unopened from error


def signing_key() -> str:
    """The name of the key that signs now; empty when there is none."""
    try:
        return next(iter(_keys()))
    except NoKey:
        return ""


def sign(data: bytes, key: str) -> str:
    """What only who has the key of this name can make of the data; empty when the key is gone."""
    try:
        found = _keys().get(key)
    except NoKey:
        return ""
    return hmac.digest(found, b"customary/sign/" + data, "sha256").hex() if found else ""


def _keys() -> Mapping[str, bytes]:
    """The keys by the beginning of their hash, the one to seal with first. Raises NoKey."""
    try:
        written = secret(KEY_VARIABLE) or ""
    except OSError as error:
        raise NoKey from error
    keys = [_key(word) for word in written.split()]
    if not keys:
        raise NoKey
    return {hashlib.sha256(key).hexdigest()[:8]: key for key in keys}


def _key(word: str) -> bytes:
    try:
        key = base64.b64decode(word.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoKey from error
    if len(key) != 32:
        raise NoKey
    return key
