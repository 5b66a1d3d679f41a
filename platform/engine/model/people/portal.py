"""Roles for people from outside: the record they stand for, and which records are their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from customary.engine.expressions import Expression
from customary.engine.fields.field import Field
from customary.engine.model.build import Build, Sketch
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text


@dataclass(frozen=True)
class Portal:
    """Somebody stands for a record of `entity`, which `stands` reads from their user record."""

    entity: str
    stands: Expression

    def own(self, build: Build, node: text.Node, sketch: Sketch) -> Any:
        """What `own` means here: the record itself, and all that links to it. Nobody's records are nobody's."""
        links = (_is_mine(each, self.stands.text) for each in sketch.fields.values() if _links(each, self.entity))
        found = [*([f"id == {self.stands.text}"] if sketch.name == self.entity else []), *links]
        if not found:
            build.add(node.place, f"{sketch.name} has no link to {self.entity}", "Write an expression after “=”.")
            return False
        written = f"{self.stands.text} != null && ({' || '.join(found)})"
        return build.question(text.Scalar(written, node.place), build.names(sketch.name, old=False)) or False


def portal_of(build: Build, body: text.Mapping) -> Portal | None:
    """Whom the holders of a role stand for; None for a role of people who work here."""
    given = body.get("portal")
    if isinstance(given, text.Mapping):
        return _said(build, given)
    if given is None or text.plain(given) is not True:
        return None
    user = build.sketches.get(build.user)
    for each in user.fields.values() if user else ():
        if each.points == "one" and (to := build.sketches.get(each.to)) and to.plays == "person":
            written = text.Scalar(f"user.{each.name}", given.place)
            return _made(build, to.name, written)
    build.add(given.place, "users have no link to a person", "Write whom they stand for: {contact: =user.contact}.")
    return None


def _said(build: Build, given: text.Mapping) -> Portal | None:
    entity = next(iter(given))
    if entity not in build.sketches:
        build.add(given.place_of(entity), f"“{entity}” is not an entity", did_you_mean(entity, build.sketches))
        return None
    return _made(build, entity, given.get(entity))


def _made(build: Build, entity: str, node: text.Node) -> Portal | None:
    found = build.expression(node, build.names("", old=False))
    if found is None:
        return None
    if getattr(found.type, "entity", None) != entity:
        build.add(node.place, f"“{found.text}” is no record of {entity}", "Write a link of the user: =user.contact.")
        return None
    return Portal(entity, found)


def _links(each: Field, entity: str) -> bool:
    return each.points in ("one", "many") and each.to == entity


def _is_mine(each: Field, stands: str) -> str:
    return f"{each.name} == {stands}" if each.points == "one" else f"{each.name}.exists(each, each == {stands})"
