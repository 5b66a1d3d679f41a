"""Entities: from documents to sketches, from sketches to the model's frozen values."""

from __future__ import annotations

import re

from customary.engine.model.build import Build, Sketch, frozen, label, plain, was
from customary.engine.model.entities.field import finish_fields, shape_fields
from customary.engine.model.entities.limits import compile_limits
from customary.engine.model.entities.retentions import compile_retention
from customary.engine.model.entities.system import RECORD_FIELDS, record_fields
from customary.engine.model.entities.view import (
    compile_checks,
    compile_layout,
    compile_title,
    compile_unique,
    compile_views,
)
from customary.engine.model.entity import Entity
from customary.engine.words import Words, words

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
PAGES = frozenset(
    (
        "api",
        "file",
        "files",
        "new",
        "import",
        "export",
        "workflows",
        "runs",
        "settings",
        "forms",
        "surveys",
        "portal",
        "health",
        "ready",
        "designer",
        "dashboards",
        "static",
        "search",
        "sign_in",
        "home",
        "plan",
        "apply",
        "keys",
        "users",
        "messages",
        "notifications",
        "inbox",
        "decide",
        "buttons",
        "language",
    )
)
"""Addresses of the platform's own pages, which an entity's name would hide."""

RATE_FIELDS = {"currency": "text", "day": "date", "value": "decimal"}
"""What an entity that plays rate must say: the currency's letters, from when on, and what one unit is worth."""

ICON = "square"


def sketch_entities(build: Build) -> None:
    """Every entity with the shape of its own fields."""
    documents = build.definitions.of("entity")
    playing = {plain(each.body, "plays"): name for name, each in reversed(documents.items())}
    build.user, build.team = playing.get("user", "user"), playing.get("team", "team")
    claimed: dict[str, str] = {}
    for name, document in documents.items():
        if not NAME.fullmatch(name):
            build.add(document.place, f"“{name}” is not a name", "Use small letters, digits and _, a letter first.")
            continue
        if name in PAGES:
            build.add(document.place, f"“{name}” is the address of a page", "Choose another name.")
        for old in was(document.body):
            if claimed.setdefault(old, name) != name:
                build.add(document.body.get("was").place, f"“{old}” is said to be the old name of “{claimed[old]}” too")
        build.sketches[name] = _sketch(build, name)
        _check_part(build, build.sketches[name])


def _sketch(build: Build, name: str) -> Sketch:
    document = build.definitions.of("entity")[name]
    named = label(document.body, name)
    plural = plain(document.body, "plural")
    part = plain(document.body, "plays")
    sketch = Sketch(
        name=name,
        document=document,
        label=named,
        plural=words(plural) if plural else _plural(named),
        plays=None if part == "none" else part,
    )
    shape_fields(build, sketch)
    for field in RECORD_FIELDS:
        if field in sketch.fields:
            place = document.body.get("fields").place_of(field)
            build.add(place, f"“{field}” may not be declared", "Every record has it.")
    for each in record_fields(name, build.user):
        sketch.fields.pop(each.name, None)
        sketch.nodes.pop(each.name, None)
        sketch.fields[each.name] = each
    if not sketch.nodes:
        build.add(document.place, f"entity {name} has no fields", "Add fields: {name: {type: text}}.")
    return sketch


def _check_part(build: Build, sketch: Sketch) -> None:
    if sketch.plays not in ("user", "task", "activity", "team", "rate"):
        return
    others = [each for each in build.sketches.values() if each.plays == sketch.plays and each is not sketch]
    for other in others:
        place = sketch.body.get("plays").place
        build.add(place, f"{other.name} plays {sketch.plays} too", "Only one entity can.")
    for name, kind in RATE_FIELDS.items() if sketch.plays == "rate" else ():
        if name not in sketch.fields or sketch.fields[name].kind != kind:
            place = sketch.body.get("plays").place
            build.add(place, f"a rate needs the field “{name}”", f"Add {name}: {{type: {kind}, required: true}}.")


def _plural(named: Words) -> Words:
    """English nouns get their ending; a label in other languages stands for both numbers."""
    texts = dict(named.by_language)
    for language in ("", "en"):
        if language in texts:
            texts[language] = _english_plural(texts[language])
    return Words(texts)


def _english_plural(word: str) -> str:
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    if re.search(r"(s|x|z|ch|sh)$", word):
        return f"{word}es"
    return f"{word}s" if word[-1:].isascii() and word[-1:].isalpha() else word


def finish_entity(build: Build, sketch: Sketch) -> Entity:
    """The frozen entity; called when every name is known."""
    finish_fields(build, sketch)
    body = sketch.body
    return Entity(
        name=sketch.name,
        label=sketch.label,
        plural=sketch.plural,
        icon=plain(body, "icon", ICON),
        title=compile_title(build, sketch),
        fields=frozen({**_own(sketch), **_kept(sketch)}),
        highlights=build.field_names(body.get("highlights"), sketch),
        checks=compile_checks(build, sketch),
        unique=compile_unique(build, sketch),
        limits=compile_limits(build, sketch),
        retention=compile_retention(build, sketch),
        views=compile_views(build, sketch),
        layout=compile_layout(build, sketch),
        inverses=frozen(dict(sketch.inverses)),
        pipelines=tuple(sketch.pipelines),
        plays=sketch.plays,
        help=words(plain(body, "help")),
        was=was(body),
        place=sketch.document.place,
        tree=sketch.tree,
        child_of=sketch.child_of,
    )


def _own(sketch: Sketch) -> dict:
    return {name: each for name, each in sketch.fields.items() if not each.system}


def _kept(sketch: Sketch) -> dict:
    return {name: each for name, each in sketch.fields.items() if each.system}
