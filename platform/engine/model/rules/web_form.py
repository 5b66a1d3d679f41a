"""Web forms: what they ask for, what else they set, and that strangers neither learn nor change what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from customary.engine.fields import Field
from customary.engine.model.build import Build, Sketch, frozen, label, plain
from customary.engine.model.rules.form import WebForm
from customary.engine.model.rules.payload import Shape, types
from customary.engine.model.rules.survey import check_address
from customary.engine.model.rules.values import values
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text
from customary.engine.text.source import Document
from customary.engine.words import words

PAYLOAD: Shape = {
    "new": ("boolean", False),
    "language": ("text", False),
    "consent": ("text", False),
    "sent": ("json", False),
}
"""What a form tells: whether it made the record, in which language it was read, the wording that was agreed to, and all
that was typed, by the names of the fields."""

MISSING = "“{field}” is required, and this form neither asks for it nor sets it"


def compile_forms(build: Build) -> Mapping[str, WebForm]:
    """The forms by name."""
    found = (_form(build, each) for each in build.definitions.of("web_form").values())
    return frozen({each.name: each for each in found if each is not None})


def trigger(build: Build, kind: str, body: text.Mapping) -> Mapping[str, Any] | None:
    """Of the entity that a form makes records of."""
    node = body.get(kind)
    name, forms = str(text.plain(node)), build.definitions.of("web_form")
    if name not in forms:
        build.add(node.place, f"“{name}” is not a web form", did_you_mean(name, forms))
        return None
    entity = entity_of(build, node)
    return frozen({"kind": kind, "entity": entity, "form": name, "payload": PAYLOAD}) if entity else None


def entity_of(build: Build, node: text.Node | None) -> str:
    """The entity of the form that a value names; "" where nobody can tell."""
    document = build.definitions.of("web_form").get(str(text.plain(node)))
    said = text.plain(document.body.get("entity")) if document is not None else None
    return said if said in build.sketches else ""


def _form(build: Build, document: Document) -> WebForm | None:
    body = document.body
    sketch = build.entity_named(body.get("entity"))
    if sketch is None:
        return None
    asked = dict(_asked(build, sketch, body.get("fields")))
    fields = {name: _as_asked(sketch.fields[name], said) for name, said in asked.items()}
    form = WebForm(
        name=document.name,
        label=label(body, document.name),
        help=words(plain(body, "help")),
        entity=sketch.name,
        fields=frozen(fields),
        hidden=frozenset(name for name, said in asked.items() if said.get("hidden")),
        autocomplete=frozen({name: _autocomplete(fields[name], said) for name, said in asked.items()}),
        closed=frozenset(sketch.fields.keys() - fields.keys() - _names(body.get("values"))),
        values=_values(build, sketch, body.get("values"), fields),
        match=_match(build, body.get("match"), fields),
        overwrite=plain(body, "overwrite") is True,
        consent=words(plain(body, "consent")),
        confirmed_by=_confirmed_by(build, body, fields) if plain(body, "double_opt_in") is True else "",
        creates=tuple(_creates(build, sketch, body.get("creates"))),
        embed=tuple(plain(body, "embed", ())),
        spam=plain(body, "spam") is not False,
        **_thanks(build, body.get("thanks")),
    )
    _check_filled(build, sketch, form, body)
    _check_strangers(build, sketch, form, body)
    return form


# What it asks for and sets ------------------------------------------------------------------------


def _asked(build: Build, sketch: Sketch, node: text.Node) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """The fields in their order, with what the form says of each."""
    if isinstance(node, text.Mapping):
        named = ((text.Scalar(name, node.place_of(name)), text.plain(each) or {}) for name, each in node.items())
    else:
        named = ((each, {}) for each in node.items)
    for each, said in named:
        field = _suited(build, sketch, each)
        if field is not None:
            if said.get("hidden") and (said.get("required") or field.required is True):
                build.add(each.place, f"“{field.name}” is required, and nobody can fill it in", "Show it.")
            yield field.name, said


def _suited(build: Build, sketch: Sketch, node: text.Scalar) -> Field | None:
    """The field of a name that strangers may write; else a problem there."""
    known = [each.name for each in sketch.fields.values() if _is_plain(each)]
    field = sketch.fields.get(str(node.data))
    if field is None:
        build.add(node.place, f"“{node.data}” is not a field of {sketch.name}", did_you_mean(str(node.data), known))
    elif not field.entered:
        build.add(node.place, f"“{field.name}” is not filled in by people", "Leave it out.")
    elif not _is_plain(field):
        what = f"a {field.kind} field" if not field.only else "kept for some roles"
        build.add(node.place, f"“{field.name}” is {what}, which strangers cannot fill in", "Set it in a workflow.")
    return field if field is not None and _is_plain(field) else None


def _is_plain(field: Field) -> bool:
    closed = field.points or field.attaches or field.sealed or field.only
    return field.entered and not closed and field.kind not in ("json", "users")


def _as_asked(field: Field, said: Mapping[str, Any]) -> Field:
    told = {key: words(said[key]) for key in ("label", "help") if key in said}
    return replace(field, **told, **({"required": True} if said.get("required") else {}))


def _autocomplete(field: Field, said: Mapping[str, Any]) -> str:
    return said.get("autocomplete") or {"email": "email", "phone": "tel"}.get(field.kind, "on")


def _values(build: Build, sketch: Sketch, node: text.Node | None, asked: Mapping[str, Field]) -> Mapping[str, Any]:
    if not isinstance(node, text.Mapping):
        return frozen({})
    for name in node:
        if name in asked:
            build.add(node.place_of(name), f"“{name}” is asked for, too", "Take it out of fields: or of values:.")
        elif name in sketch.fields:
            _suited(build, sketch, text.Scalar(name, node.place_of(name)))
    names = build.names("", old=False).with_shape("payload", "the form", types(PAYLOAD))
    return values(build, node, sketch.name, names)


def _names(node: text.Node | None) -> set[str]:
    return set(node) if isinstance(node, text.Mapping) else set()


def _creates(build: Build, sketch: Sketch, node: text.Node | None) -> Iterable[tuple[str, Mapping[str, Any]]]:
    names = build.names(sketch.name, old=False).with_shape("payload", "the form", types(PAYLOAD))
    for each in node.items if isinstance(node, text.Sequence) else ():
        ((entity, given),) = each.items()
        if entity not in build.sketches:
            build.no_entity(each.place_of(entity), entity)
        else:
            yield entity, values(build, given, entity, names)


def _thanks(build: Build, node: text.Node | None) -> dict[str, Any]:
    if not isinstance(node, text.Mapping) or "to" not in node:
        return {"thanks": words(text.plain(node)), "goes_to": ""}
    to = str(text.plain(node.get("to")))
    if not to.startswith("https://"):
        build.add(node.get("to").place, f"“{to}” is not a page by https", "Write https://www.example.com/thanks.")
    return {"thanks": words(None), "goes_to": to}


# What strangers must not learn or change ----------------------------------------------------------


def _match(build: Build, node: text.Node | None, fields: Mapping[str, Field]) -> tuple[str, ...]:
    if node is None:
        return ()
    items = node.items if isinstance(node, text.Sequence) else (node,)
    known = [name for name, each in fields.items() if each.comparable]
    return tuple(
        filter(None, (build.one_of(each, known, "a field of this form to know a record by") for each in items))
    )


def _confirmed_by(build: Build, body: text.Mapping, fields: Mapping[str, Field]) -> str:
    """The field with the address that is to be confirmed."""
    place = body.place_of("double_opt_in")
    addresses = [each for each in fields.values() if each.kind == "email" and each.required is True]
    if not addresses:
        build.add(place, "there is no address to confirm", "Ask for one that is required: email: {required: true}.")
    check_address(build, place)
    return addresses[0].name if addresses else ""


def _check_filled(build: Build, sketch: Sketch, form: WebForm, body: text.Mapping) -> None:
    for name, each in sketch.fields.items():
        needed = each.required is True and each.entered and each.default is None and each.kind != "auto_number"
        if needed and name in form.closed:
            build.add(body.place_of("fields"), MISSING.format(field=name), f"Ask for {name}, or give it a value.")


def _check_strangers(build: Build, sketch: Sketch, form: WebForm, body: text.Mapping) -> None:
    for names in _unique(build, sketch):
        if names & form.fields.keys() and not names & form.closed and not (form.match and {*form.match} <= names):
            summary = f"whoever sends this form could learn whose {' and '.join(sorted(names))} is known"
            build.add(body.place_of("fields"), summary, f"Add match: [{', '.join(sorted(names))}].")
    if form.overwrite and not (form.confirmed_by and form.confirmed_by in form.match):
        build.add(
            body.place_of("overwrite"),
            "anybody could change what is known of others",
            "Let it be confirmed: double_opt_in: true, and match the address.",
        )


def _unique(build: Build, sketch: Sketch) -> Iterable[set[str]]:
    """The fields that no two records share, each alone or together with others."""
    yield from ({name} for name, each in sketch.fields.items() if each.unique)
    for node in _names_of_unique(sketch.body.get("unique")):
        yield {str(text.plain(each)) for each in node.items}


def _names_of_unique(node: text.Node | None) -> Iterable[text.Sequence]:
    entries = node.entries.values() if isinstance(node, text.Mapping) else ()
    return (each for each in entries if isinstance(each, text.Sequence))
