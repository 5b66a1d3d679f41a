"""Talking to an identity provider: where it is, what it signs with, and the tokens that it gives for a code."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from customary.engine import environment
from customary.engine.model.people.sign_in import Provider

SECRET_VARIABLE = "CUSTOMARY_OIDC_SECRET_"  # noqa: S105 - a name, not a secret
"""With the provider's name in capitals after it: the secret that it gave this workspace, where it gave one."""
TIMEOUT_SECONDS = 10
LARGEST = 1_000_000
KEPT_SECONDS = 3600
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by a key that only the provider has; never `none`, and none by a secret that we share."""
LATE_SECONDS = 60
"""By how much the clocks may differ."""


class ProviderProblem(Exception):
    """The provider does not answer, or what it says does not hold; the text is for the log."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider tells of itself, and until when that is remembered."""

    told: Mapping[str, Any]
    until: float


_known: dict[tuple[str, str], Told] = {}
"""By the provider's issuer, and which of its documents it is."""


def endpoints(provider: Provider) -> Mapping[str, Any]:
    """Where the provider is asked what. Raises ProviderProblem."""
    found = _remembered(provider.issuer, f"{provider.issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != provider.issuer:
        raise ProviderProblem(f"{provider.issuer} calls itself {str(found.get('issuer'))[:200]!r}")
    return found


def exchange(provider: Provider, code: str, verifier: str, back: str) -> Mapping[str, Any]:
    """The tokens for a code. Raises ProviderProblem."""
    told = endpoints(provider)
    secret = _secret(provider)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    methods = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    auth = None
    if secret and "client_secret_basic" in methods:
        auth = httpx.BasicAuth(quote(provider.client_id, safe=""), quote(secret, safe=""))
    else:
        form |= {"client_id": provider.client_id, **({"client_secret": secret} if secret else {})}
    return _answer("POST", told["token_endpoint"], data=form, auth=auth)


def _secret(provider: Provider) -> str:
    try:
        return environment.secret(SECRET_VARIABLE + provider.name.upper()) or ""
    except OSError as error:
        raise ProviderProblem(f"the secret that {provider.issuer} gave cannot be read: {error}") from error


def claims(provider: Provider, tokens: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
    """What the provider has signed of who came, with what it tells besides. Raises ProviderProblem."""
    signed = _signed(provider, str(tokens.get("id_token", "")))
    registry = jwt.JWTClaimsRegistry(
        leeway=LATE_SECONDS,
        iss={"essential": True, "value": _issuer(provider)},
        aud={"essential": True, "value": provider.client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        registry.validate(signed)
    except JoseError as error:
        raise ProviderProblem(f"the token of {provider.issuer} does not hold: {error}") from error
    if signed.get("azp", provider.client_id) != provider.client_id:
        raise ProviderProblem(f"the token of {provider.issuer} is for another program")
    return {**_more(provider, tokens, signed), **signed}


def _issuer(provider: Provider) -> str:
    """As the provider writes it itself: with a slash at its end, or without."""
    return str(endpoints(provider)["issuer"])


def _signed(provider: Provider, token: str) -> dict[str, Any]:
    """What stands in a token. A key that is not known yet is asked for once more: providers change theirs."""
    address = endpoints(provider).get("jwks_uri", "")
    for fresh in (False, True):
        try:
            keys = KeySet.import_key_set(_remembered(provider.issuer, address, fresh))
            return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, TypeError, KeyError) as error:
            if fresh:
                raise ProviderProblem(f"the token of {provider.issuer} is not signed by it: {error}") from error
    raise AssertionError("unreachable")


def _more(provider: Provider, tokens: Mapping[str, Any], signed: Mapping[str, Any]) -> Mapping[str, Any]:
    """What many providers leave out of the token: groups, the address."""
    address = endpoints(provider).get("userinfo_endpoint")
    if not address or {provider.groups, "email"} <= signed.keys() or not tokens.get("access_token"):
        return {}
    told = _answer("GET", address, headers={"Authorization": f"Bearer {tokens['access_token']}"})
    return told if told.get("sub") == signed.get("sub") else {}


def _remembered(issuer: str, address: str, fresh: bool = False) -> Mapping[str, Any]:
    key, now = (issuer, address), time.monotonic()
    if fresh or key not in _known or _known[key].until < now:
        _known[key] = Told(_answer("GET", address), now + KEPT_SECONDS)
    return _known[key].told


def _answer(method: str, address: str, **more: Any) -> Mapping[str, Any]:
    try:
        with httpx.Client(timeout=TIMEOUT_SECONDS) as client, client.stream(method, address, **more) as answer:
            body = b""
            for part in answer.iter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise ProviderProblem(f"{address} answers more than {LARGEST} bytes")
            answer.raise_for_status()
        told = httpx.Response(200, content=body).json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ProviderProblem(f"{address} does not answer: {error}") from error
    if not isinstance(told, dict):
        raise ProviderProblem(f"{address} answers something else")
    return told
