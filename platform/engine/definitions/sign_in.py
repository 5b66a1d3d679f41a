"""How people come in: the shape of `sign_in:` in `customary.yaml`."""

from __future__ import annotations

from customary.engine.definitions.shapes import DURATION, LABEL, NAME, TEXT, YES_NO, list_of, mapping, named, told

ISSUER = {"type": "string", "pattern": "^https?://[^/].*$", "x-what": "a web address"}
DOMAIN = {"type": "string", "pattern": "^[^@\\s/]+\\.[^@\\s/]+$", "x-what": "a domain, such as example.com"}
ROLE = {**NAME, "x-of": "role", "x-what": "the name of a role"}

PROVIDER = mapping(
    "a provider",
    {
        "label": told(LABEL, "what stands on its button"),
        "issuer": told(ISSUER, "its address, as it calls itself; what else is needed it tells by itself"),
        "client_id": told(TEXT, "the name under which it knows this workspace"),
        "scopes": told(list_of(TEXT, "a list of scopes: [email, profile, groups]"), "what it is asked for"),
        "groups": told(TEXT, "the claim that lists somebody's groups: groups where it is left out"),
        "roles": told(
            {"type": "object", "additionalProperties": ROLE, "x-what": "roles by group: {crm-admins: admin}"},
            "roles by group: whoever comes has those of their groups, and no others",
        ),
        "domains": told(
            list_of(DOMAIN, "a list of domains: [example.com]"),
            "whose addresses it speaks for; the only provider may leave it out, and then speaks for all",
        ),
        "creates": told(YES_NO, "whether who comes for the first time gets an account"),
    },
    required=("issuer", "client_id"),
)

SESSIONS = mapping(
    "sessions",
    {
        "unused": told(DURATION, "how long after its last use a session ends: 30d, or less"),
        "longest": told(DURATION, "how long after the sign-in it ends in any case: 90d, or less"),
        "by_provider": told(DURATION, "the same for one that a provider opened: one comes by the provider again"),
    },
)

SIGN_IN = mapping(
    "sign_in",
    {
        "second_factor": told(list_of(ROLE, "a list of roles: [admin]"), "roles whose holders need a second factor"),
        "sessions": told(SESSIONS, "how long one stays signed in"),
        "providers": told(named(PROVIDER, "providers by name"), "single sign-on by OpenID Connect"),
    },
)
