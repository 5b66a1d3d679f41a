"""Definitions at random, and at random what may become of them: names from small stocks, so that they meet again."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any

Choose = Callable[[Sequence[Any]], Any]
World = dict[str, dict[str, Any]]

ENTITIES = ("one", "two", "three")
FIELDS = ("a", "b", "c", "d", "e")
OPTIONS = ("w", "x", "y", "z")
STAGES = ("open", "half", "nearly", "done")
ROLES = ("seller", "agent")
PLAIN = ("text", "integer", "decimal", "boolean", "date", "money", "auto_number")
LISTED = ("choice", "choices")
LINKED = ("link", "links")
DEFAULTS = {"text": "new", "integer": 5, "boolean": True}


def new_world(choose: Choose) -> World:
    """Two entities and a role."""
    world: World = {"entity": {}, "pipeline": {}, "role": {"seller": {}}, "dropped": {}}
    for name in ENTITIES[:2]:
        world["entity"][name] = {"fields": {}}
    for name in world["entity"]:
        for _ in range(choose((2, 3, 4))):
            add_field(world, choose)
        world["entity"][name]["fields"].setdefault("a", {"type": "text"})
    if choose((True, False)):
        add_pipeline(world, choose)
    return world


def changed(world: World, choose: Choose) -> World:
    """What somebody makes of it next."""
    after = copy.deepcopy(world)
    if choose((True, False)):
        _forget(after)
    for _ in range(choose((1, 2, 3, 4))):
        choose(CHANGES)(after, choose)
    return after


def to_text(world: World) -> str:
    kinds = ("entity", "pipeline", "role")
    documents = [{kind: name, **body} for kind in kinds for name, body in world[kind].items()]
    return "\n---\n".join(map(json.dumps, documents)) + "\n"


def add_entity(world: World, choose: Choose) -> None:
    if free := _free(ENTITIES, world["entity"]):
        world["entity"][choose(free)] = {"fields": {"a": {"type": "text"}, "b": {"type": "integer"}}}


def drop_entity(world: World, choose: Choose) -> None:
    if len(world["entity"]) > 1:
        name = choose(list(world["entity"]))
        del world["entity"][name]
        world["pipeline"] = {key: each for key, each in world["pipeline"].items() if each["entity"] != name}
        for owner, field in list(_fields(world)):
            if world["entity"][owner]["fields"][field].get("to") == name:
                _drop(world, owner, field)


def rename_entity(world: World, choose: Choose) -> None:
    if free := _free(ENTITIES, world["entity"]):
        _rename_entities(world, {choose(list(world["entity"])): choose(free)})


def swap_entities(world: World, choose: Choose) -> None:
    if len(world["entity"]) > 1:
        first, second = list(world["entity"])[:2]
        _rename_entities(world, {first: second, second: first})


def add_field(world: World, choose: Choose) -> None:
    owner = choose(list(world["entity"]))
    fields = world["entity"][owner]["fields"]
    if free := _free(FIELDS, fields):
        fields[choose(free)] = _field(world, fields, choose)


def drop_field(world: World, choose: Choose) -> None:
    owner, field = choose(list(_fields(world)))
    dropped = world["entity"][owner]["fields"][field]
    _drop(world, owner, field)
    if "to" not in dropped and "formula" not in dropped:
        world["dropped"][f"{owner}.{field}"] = dropped


def bring_back(world: World, choose: Choose) -> None:
    """What was dropped once, with a default perhaps that it did not have."""
    for name, body in list(world["dropped"].items()):
        owner, field = name.split(".")
        fields = world["entity"].get(owner, {}).get("fields")
        if fields is not None and field not in fields:
            kind = body["type"]
            fields[field] = {**body, "default": DEFAULTS[kind]} if kind in DEFAULTS else body
            del world["dropped"][name]


def rename_field(world: World, choose: Choose) -> None:
    owner, field = choose(list(_fields(world)))
    if free := _free(FIELDS, world["entity"][owner]["fields"]):
        _rename_fields(world["entity"][owner], {field: choose(free)})


def swap_fields(world: World, choose: Choose) -> None:
    entity = world["entity"][choose(list(world["entity"]))]
    if len(entity["fields"]) > 1:
        first, second = list(entity["fields"])[:2]
        _rename_fields(entity, {first: second, second: first})


def retype_field(world: World, choose: Choose) -> None:
    owner, field = choose(list(_fields(world)))
    fields = world["entity"][owner]["fields"]
    others = {name: body for name, body in fields.items() if name != field}
    was = {key: each for key, each in fields[field].items() if key == "was"}
    fields[field] = _field(world, others, choose) | was
    _without_broken(fields)


def change_default(world: World, choose: Choose) -> None:
    owner, field = choose(list(_fields(world)))
    body = world["entity"][owner]["fields"][field]
    if body["type"] in DEFAULTS and "formula" not in body and body.pop("default", None) is None:
        body["default"] = DEFAULTS[body["type"]]


def change_unique(world: World, choose: Choose) -> None:
    owner, field = choose(list(_fields(world)))
    body = world["entity"][owner]["fields"][field]
    if body["type"] in ("text", "integer") and "formula" not in body and not body.pop("unique", False):
        body["unique"] = True


def change_options(world: World, choose: Choose) -> None:
    listed = [body["options"] for _, _, body in _bodies(world) if "options" in body]
    if listed:
        _change_names(choose(listed), OPTIONS, choose)


def change_stages(world: World, choose: Choose) -> None:
    if world["pipeline"]:
        _change_names(choose(list(world["pipeline"].values()))["stages"], STAGES, choose)


def add_pipeline(world: World, choose: Choose) -> None:
    taken = {each["entity"] for each in world["pipeline"].values()}
    if free := _free(tuple(world["entity"]), taken):
        entity = choose(free)
        world["pipeline"][f"way_of_{entity}"] = {
            "entity": entity,
            "stages": {choose(STAGES[:2]): {}, "done": {"outcome": "won"}},
        }


def drop_pipeline(world: World, choose: Choose) -> None:
    if world["pipeline"]:
        del world["pipeline"][choose(list(world["pipeline"]))]


def rename_role(world: World, choose: Choose) -> None:
    others = dict(zip(ROLES, reversed(ROLES), strict=True))
    _rename(world["role"], {name: others[name] for name in world["role"]})


def drop_role(world: World, choose: Choose) -> None:
    world["role"].clear()


CHANGES = (
    *(bring_back, bring_back, add_entity, drop_entity, rename_entity, swap_entities),
    *(add_field, add_field, drop_field, drop_field, rename_field, swap_fields, retype_field, retype_field),
    *(change_default, change_unique, change_options, change_stages),
    *(add_pipeline, drop_pipeline, rename_role, drop_role),
)


def _field(world: World, others: dict[str, Any], choose: Choose) -> dict[str, Any]:
    numbers = [name for name, body in others.items() if body["type"] == "integer" and "formula" not in body]
    kind = choose((*PLAIN, *LISTED, *LINKED, *(["formula", "formula"] if numbers else [])))
    if kind == "formula":
        return {"type": "integer", "formula": f"{choose(numbers)} + 1", "index": choose((True, True, False))}
    body: dict[str, Any] = {"type": kind}
    if kind in LISTED:
        body["options"] = {name: {} for name in OPTIONS[: choose((2, 3))]}
    if kind in LINKED:
        body["to"] = choose(list(world["entity"]))
    if kind in DEFAULTS and choose((True, False)):
        body["default"] = DEFAULTS[kind]
    return body


def _drop(world: World, owner: str, field: str) -> None:
    fields = world["entity"][owner]["fields"]
    if len(fields) > 1:
        del fields[field]
    else:
        fields[field] = {"type": "text"}
    _without_broken(fields)


def _without_broken(fields: dict[str, Any]) -> None:
    """Formulas whose field is gone, or no entered number any more, become fields that are entered."""
    for body in fields.values():
        if "formula" in body:
            read = fields.get(body["formula"].split()[0], {})
            if read.get("type") != "integer" or "formula" in read:
                del body["formula"], body["index"]


def _rename_fields(entity: dict[str, Any], names: dict[str, str]) -> None:
    _rename(entity["fields"], names)
    for body in entity["fields"].values():
        if "formula" in body:
            read, rest = body["formula"].split(" ", 1)
            body["formula"] = f"{names.get(read, read)} {rest}"


def _rename_entities(world: World, names: dict[str, str]) -> None:
    _rename(world["entity"], names)
    for each in world["pipeline"].values():
        each["entity"] = names.get(each["entity"], each["entity"])
    for _, _, body in _bodies(world):
        if "to" in body:
            body["to"] = names.get(body["to"], body["to"])


def _change_names(found: dict[str, Any], stock: tuple[str, ...], choose: Choose) -> None:
    """Adds a name, takes one away, gives one another, or swaps two."""
    act, free, names = choose(("add", "drop", "rename", "swap")), _free(stock, found), list(found)
    if act == "add" and free:
        found[choose(free)] = {}
    elif act == "drop" and len(names) > 1:
        del found[choose(names[:-1])]
    elif act == "rename" and free:
        _rename(found, {choose(names): choose(free)})
    elif act == "swap" and len(names) > 1:
        _rename(found, {names[0]: names[1], names[1]: names[0]})


def _rename(found: dict[str, Any], names: dict[str, str]) -> None:
    renamed = {names.get(name, name): {**body, "was": name} if name in names else body for name, body in found.items()}
    found.clear()
    found.update(renamed)


def _forget(world: World) -> None:
    """Old names are often taken out when they were heard."""
    for found in world.values():
        for body in found.values():
            body.pop("was", None)
            for each in (*body.get("fields", {}).values(), *body.get("stages", {}).values()):
                each.pop("was", None)
                for option in each.get("options", {}).values():
                    option.pop("was", None)


def _fields(world: World) -> list[tuple[str, str]]:
    return [(owner, field) for owner, field, _ in _bodies(world)]


def _bodies(world: World) -> list[tuple[str, str, dict[str, Any]]]:
    return [(owner, name, body) for owner, each in world["entity"].items() for name, body in each["fields"].items()]


def _free(stock: Sequence[str], taken: Any) -> list[str]:
    return [each for each in stock if each not in taken]
