"""What one business says of its workspace as a whole, in `customary.yaml`."""

from __future__ import annotations

from customary.engine.definitions.navigation import NAVIGATION
from customary.engine.definitions.shapes import NAMES, TEXT, WHOLE, YES_NO, list_of, mapping, one_of

MAIL = mapping(
    "mail",
    {
        "host": TEXT,
        "port": WHOLE,
        "user": TEXT,
        "password": TEXT,
        "from": TEXT,
        "security": one_of(("none", "starttls", "tls"), "way to secure mail"),
        "test": YES_NO,
    },
    required=("host",),
)

LANGUAGE = {"type": "string", "pattern": "^[a-z]{2,3}([_-][A-Za-z]+)?$", "x-what": "a language, such as en"}

SHAPE = mapping(
    "a workspace",
    {
        "name": TEXT,
        "packs": NAMES,
        "languages": list_of(LANGUAGE, "a list of languages: [en, zh]"),
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "x-what": "a currency code, such as EUR"},
        "time_zone": TEXT,
        "first_weekday": one_of(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "weekday"),
        "database": TEXT,
        "mail": MAIL,
        "navigation": NAVIGATION,
        "accent": TEXT,
    },
)
