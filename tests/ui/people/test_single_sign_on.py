"""Single sign-on against a provider of OpenID Connect that runs on loopback and signs for real."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from litestar.testing import TestClient

from customary.engine import people, records
from customary.engine.audit import lines
from customary.engine.model.people import sign_in as model
from customary.engine.people import provider as providers
from customary.engine.words import Words

from ..conftest import EMAIL

SECRET = "a secret of ours"


class Provider(ThreadingHTTPServer):
    """A small provider. `person` is who signs in there; `spoil` changes a token before it is signed."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Pages)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.keys = [RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})]
        self.person = {"sub": "7", "email": EMAIL, "email_verified": True, "name": "Ann Lee"}
        self.spoil = lambda claims: claims
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.key = self.keys[0]

    def authorize(self, query: dict[str, str]) -> str:
        """Where the provider sends the browser when the person has signed in there."""
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], credentials: str) -> dict[str, str] | None:
        asked = self.codes.pop(form["code"], None)
        verifier = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        wanted = base64.b64encode(b"crm:a%20secret%20of%20ours").decode()
        if not asked or challenge != asked["code_challenge"] or credentials != f"Basic {wanted}":
            return None
        if form["redirect_uri"] != asked["redirect_uri"]:
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "crm", "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        signed = self.spoil({**claims, "sub": self.person["sub"]})
        return {"access_token": "open", "token_type": "Bearer", "id_token": self.sign(signed)}

    def sign(self, claims: dict) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


class Pages(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        path, told = urlsplit(self.path).path, self.server.issuer
        if path == "/.well-known/openid-configuration":
            places = {name: f"{told}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            self.answer({"issuer": told, "userinfo_endpoint": f"{told}/me", **places})
        elif path == "/jwks_uri":
            self.answer(KeySet(self.server.keys).as_dict(private=False))
        elif path == "/me" and self.headers["Authorization"] == "Bearer open":
            self.server.asked.append(f"{told}{path}")
            self.answer(self.server.person)
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = self.server.token({key: each[0] for key, each in parse_qs(body).items()}, self.headers["Authorization"])
        self.answer(given) if given else self.send_error(400)

    def answer(self, told: object) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setenv("CUSTOMARY_OIDC_SECRET_HOUSE", SECRET)
    providers._known.clear()
    server = Provider()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def house(settle, provider):
    """`house(roles={"sales": "sales_rep"})` says how the workspace takes what the provider tells."""

    def say(others=MappingProxyType({}), **more):
        made = model.Provider(
            name="house", label=Words({"en": "House"}), issuer=provider.issuer, client_id="crm", **more
        )
        settle(sign_in=model.SignIn(providers={"house": made, **others}))

    return say


@pytest.fixture
def stranger(workspace, house, app_of):
    house()
    with TestClient(app_of(workspace)) as client:
        client.follow_redirects = False
        yield client


def set_out(client):
    sent = client.get("/sign-in/with/house?next=/deal")
    assert sent.status_code == 303
    there = urlsplit(sent.headers["location"])
    return {key: each[0] for key, each in parse_qs(there.query).items()}


def come(client, provider):
    back = urlsplit(provider.authorize(set_out(client)))
    return client.get(f"{back.path}?{back.query}")


def find(workspace, email):
    with workspace.database.read() as connection:
        return people.find(connection, email)


def test_who_has_an_account_comes_in_by_the_provider(stranger, provider):
    assert "Sign in with House" in stranger.get("/sign-in").text
    inside = come(stranger, provider)
    assert (inside.status_code, inside.headers["location"]) == (303, "/deal")
    assert EMAIL in stranger.get("/settings").text
    provider.person["email"] = "new@example.com"
    assert come(stranger, provider).status_code == 303
    assert EMAIL in stranger.get("/settings").text


def test_groups_become_roles_each_time_and_who_has_none_stays_out(stranger, provider, workspace, house):
    house(creates=True, roles={"crm-admins": "admin", "sales": "sales_rep"})
    provider.person = {"sub": "8", "email": "bob@example.com", "name": "Bob Chan", "groups": ["sales", "football"]}
    assert come(stranger, provider).status_code == 303
    assert find(workspace, "bob@example.com").roles == ("sales_rep",)
    assert "You have no password here" in stranger.get("/settings").text
    provider.person["groups"] = ["crm-admins"]
    assert come(stranger, provider).status_code == 303
    assert find(workspace, "bob@example.com").roles == ("admin",)
    for groups in (["football"], [], "other", None, {"sales": 1}):
        provider.person["groups"] = groups
        kept_out = come(stranger, provider)
        assert kept_out.status_code == 403 and "None of your groups" in kept_out.text
    assert find(workspace, "bob@example.com").roles == ()
    assert stranger.get("/settings").status_code == 303


def test_groups_take_nothing_from_the_last_administrator(stranger, provider, workspace, house):
    house(roles={"crm-admins": "admin"})
    provider.person["groups"] = ["crm-admins"]
    assert come(stranger, provider).status_code == 303
    provider.person["groups"] = []
    assert come(stranger, provider).status_code == 403
    assert find(workspace, EMAIL).roles == ("admin",)
    assert "last administrator you keep that role" in come(stranger, provider).text


def test_lesser_groups_leave_the_last_administrator_one_and_tell(stranger, provider, workspace, house, inside, caplog):
    house(roles={"sales": "sales_rep"})
    provider.person["groups"] = ["sales"]
    told = [come(stranger, provider) for _ in range(2)]
    assert [each.headers["location"] for each in told] == ["/deal", "/deal"]
    assert "You keep the role" in stranger.get("/deal").text
    assert find(workspace, EMAIL).roles == ("sales_rep", "admin")
    assert f"By their groups at house, {EMAIL} is no administrator any more" in caplog.text
    kept = inside(lambda work: list(lines(work.connection, kind="admin_kept")))
    assert [each.details for each in kept] == [{"roles": ["admin"], "provider": "house"}] * 2
    inside(people.add, "eve@example.com", None, ["admin"])
    assert "NOTICE" not in come(stranger, provider).headers.get("set-cookie", "").upper()
    assert find(workspace, EMAIL).roles == ("sales_rep",)


def test_a_record_that_is_there_becomes_theirs_whose_address_is_verified(stranger, provider, inside, house):
    house(creates=True, roles={"sales": "sales_rep"})
    zoe = inside(records.create, "user", {"name": "Zoe", "email": "zoe@example.com"})
    provider.person = {"sub": "9", "email": "zoe@example.com", "groups": ["sales"]}
    assert come(stranger, provider).status_code == 403
    provider.person["email_verified"] = True
    assert come(stranger, provider).status_code == 303
    assert inside(lambda work: people.find(work.connection, "zoe@example.com").user_id) == zoe


def test_nobody_takes_an_account_by_an_address_that_is_not_verified_or_is_kept_out(stranger, provider, inside):
    provider.person["email_verified"] = False
    assert come(stranger, provider).status_code == 403
    provider.person |= {"email_verified": True, "email": "nobody@example.com"}
    assert come(stranger, provider).status_code == 403
    provider.person["email"] = EMAIL
    inside(people.add, "eve@example.com", None, ["admin"])
    inside(lambda work: people.set_active(work, people.find(work.connection, EMAIL).user_id, False))
    assert come(stranger, provider).status_code == 403


def test_of_several_providers_none_speaks_for_anothers_people(stranger, provider, workspace, house):
    other = model.Provider(name="other", label=Words({"en": "Other"}), issuer="https://other.example", client_id="x")
    creating = {"creates": True, "roles": {"sales": "sales_rep"}}
    new = {"sub": "9", "email": "zoe@example.com", "email_verified": True, "groups": ["sales"]}
    old = {"sub": "7", "email": EMAIL, "email_verified": True, "groups": ["sales"]}
    for domains in (None, (), ("other.example",), ("ample.com",)):
        house(others={"other": other}, domains=domains, **creating)
        for provider.person in (old, new):
            assert come(stranger, provider).status_code == 403, domains
    assert find(workspace, "zoe@example.com") is None and find(workspace, EMAIL).roles == ("admin",)
    house(others={"other": other}, domains=("example.com",), **creating)
    for provider.person in (new, old):
        assert come(stranger, provider).status_code == 303
    house(others={"other": other}, domains=(), **creating)
    provider.person = {**new, "email": "changed@else.example"}
    assert come(stranger, provider).status_code == 303, "who came before is known by what never changes"


def test_a_token_that_does_not_hold_opens_nothing(stranger, provider):
    spoilt = (
        {"aud": "other"},
        {"iss": "http://127.0.0.1:1"},
        {"nonce": "other"},
        {"exp": int(time.time()) - 3600},
        {"azp": "other"},
        {"sub": None},
    )
    for change in spoilt:
        provider.spoil = lambda claims, change=change: {**claims, **change}
        assert come(stranger, provider).status_code == 422, change
    provider.spoil = lambda claims: claims
    provider.key = RSAKey.generate_key(2048, {"kid": "first"})
    assert come(stranger, provider).status_code == 422
    provider.sign = lambda claims: jwt.encode({"alg": "none"}, claims, None, algorithms=["none"])
    assert come(stranger, provider).status_code == 422


def test_what_the_provider_gives_goes_to_nobody_else(stranger, provider, workspace, caplog):
    """Its tokens are read and dropped: neither the browser, nor the database, nor the log ever has one."""
    given = []
    sign = provider.sign
    provider.sign = lambda claims: given.append(sign(claims)) or given[-1]
    with caplog.at_level(logging.DEBUG, "customary"):
        inside = come(stranger, provider)
    seen = [inside.text, str(inside.headers), str(stranger.cookies), stranger.get("/settings").text, caplog.text]
    with workspace.database.read() as connection:
        for name in sa.inspect(connection).get_table_names():
            seen.append(str(connection.execute(sa.text(f'SELECT * FROM "{name}"')).all()))  # noqa: S608 - our own
    assert given and not any(given[0] in each or '"open"' in each or "Bearer open" in each for each in seen)
    assert provider.asked == [f"{provider.issuer}/me"], "the access token goes to the provider that gave it"


def test_a_key_that_the_provider_takes_up_later_is_found(stranger, provider):
    assert come(stranger, provider).status_code == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    provider.keys = [provider.key]
    assert come(stranger, provider).status_code == 303


def test_a_state_is_good_once_and_in_the_browser_that_set_out(stranger, provider, workspace, app_of):
    back = urlsplit(provider.authorize(set_out(stranger)))
    with TestClient(app_of(workspace)) as other:
        assert other.get(f"{back.path}?{back.query}", follow_redirects=False).status_code == 422
    assert stranger.get(f"{back.path}?{back.query}").status_code == 422
    back = urlsplit(provider.authorize(set_out(stranger)))
    assert stranger.get(f"{back.path}?{back.query}&iss=http://evil.example").status_code == 422
    for query in ("", "code=x", "state=x&code=y", "error=access_denied", "state=" + "x" * 9000):
        assert stranger.get(f"/sign-in/with/house/back?{query}").status_code == 422


def test_another_verifier_or_a_provider_that_is_away_opens_nothing(stranger, provider):
    asked = set_out(stranger)
    back = urlsplit(provider.authorize({**asked, "code_challenge": "other"}))
    assert stranger.get(f"{back.path}?{back.query}").status_code == 422
    providers._known.clear()
    provider.issuer = "http://127.0.0.1:1"
    assert stranger.get("/sign-in/with/house").status_code == 422
    assert stranger.get("/sign-in/with/nobody").status_code == 404


def test_next_leads_to_no_other_site(stranger, provider):
    sent = stranger.get("/sign-in/with/house?next=https://evil.example/")
    query = {key: each[0] for key, each in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    back = urlsplit(provider.authorize(query))
    assert stranger.get(f"{back.path}?{back.query}").headers["location"] == "/"
