"""What roles allow, worked out slowly and plainly from the roles as they are written: nothing here is the engine's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MARKS = {None: 0, "on_create": 1, "read_only": 2, "hidden": 3}


@dataclass
class Person:
    name: str
    roles: list[str]
    region: str | None
    team: str | None


@dataclass
class World:
    """All there is, by plain names. A grant is `{read: all, ..., fields: {...}, deny: true}`."""

    roles: dict[str, dict[str, dict[str, Any]]]
    people: dict[str, Person]
    above: dict[str, str | None]
    """Of each team, the one above it."""
    records: dict[str, dict[str, dict[str, Any]]]
    shares: list[tuple[str, str, str, bool, bool]] = field(default_factory=list)
    """A deal, `person` or `team` and its name, whether for writing, whether it is in force."""

    def may(self, who: Person, act: str, entity: str, name: str) -> bool:
        record = self.records[entity][name]
        grants = self.grants(who, entity)
        if any(grant.get("deny") and self.holds(who, grant.get(act), record, denies=True) for grant in grants):
            return False
        granting = [grant for grant in grants if not grant.get("deny")]
        if any(self.holds(who, grant.get(act), record) for grant in granting):
            return True
        named = any(grant.get(act, "none") != "none" for grant in granting)
        if entity == "deal" and act in ("read", "update") and named and self.is_shared(who, name, act == "update"):
            return True
        if entity == "line" and any(
            "deal" in self.roles[role] and "line" not in self.roles[role] for role in who.roles
        ):
            return self.may(who, "read" if act in ("read", "export") else "update", "deal", record["deal"])
        return False

    def may_all(self, who: Person, entity: str) -> bool:
        """Whether all records may be read, whatever they say."""
        grants = self.grants(who, entity)
        some = any(not grant.get("deny") and grant.get("read") == "all" for grant in grants)
        return some and not any(grant.get("deny") and grant.get("read", "none") != "none" for grant in grants)

    def may_any(self, who: Person, entity: str) -> bool:
        """Whether a record may be read at all, as far as roles say so without looking at one."""
        grants = self.grants(who, entity)
        some = any(not grant.get("deny") and grant.get("read", "none") != "none" for grant in grants)
        return some and not any(grant.get("deny") and grant.get("read") == "all" for grant in grants)

    def mark(self, who: Person, entity: str, name: str) -> int:
        """0 open, 1 on creation only, 2 read only, 3 hidden: as the roles say through which records are read."""
        return self._mark(who, entity, name, ("read",))

    def may_give(self, who: Person, entity: str, name: str, new: bool = False) -> bool:
        """Whether a field may be given a value, as the roles say through which records are written. What is hidden from
        who reads is not written either."""
        return self.sees(who, entity, name) and self._mark(who, entity, name, ("create", "update")) < (2 if new else 1)

    def _mark(self, who: Person, entity: str, name: str, acts: tuple[str, ...]) -> int:
        grants = self.grants(who, entity)
        granting = [
            each for each in grants if not each.get("deny") and any(each.get(act, "none") != "none" for act in acts)
        ]
        mild = min((MARKS[each.get("fields", {}).get(name)] for each in granting), default=0)
        return max([mild, *(MARKS[each.get("fields", {}).get(name)] for each in grants if each.get("deny"))])

    def sees(self, who: Person, entity: str, name: str) -> bool:
        if (entity, name) == ("deal", "firm_score"):
            return self.mark(who, "firm", "score") < 3 and self.may_all(who, "firm")
        return self.mark(who, entity, name) < 3

    def grants(self, who: Person, entity: str) -> list[dict[str, Any]]:
        return [self.roles[role][entity] for role in who.roles if entity in self.roles[role]]

    def holds(self, who: Person, rule: str | None, record: dict[str, Any], denies: bool = False) -> bool:
        """Who has no region may do nothing by rules over it: they are granted nothing, and denied everything."""
        owner = self.people.get(record.get("owner") or "")
        firm = self.records["firm"].get(record.get("firm") or "")
        match rule:
            case None | "none":
                return False
            case "all":
                return True
            case "own":
                return owner is not None and owner.name == who.name
            case "team":
                return owner is not None and (owner.name == who.name or who.team in self.upwards(owner.team))
            case "=region == user.region":
                return record["region"] == who.region if who.region is not None else denies
            case "=!(region == user.region)":
                return record["region"] != who.region if who.region is not None else denies
            case "=amount > 7 || region == user.region && amount != 1":
                near = record["region"] == who.region if who.region is not None else denies
                return (record["amount"] or 0) > 7 or (near and record["amount"] != 1)
            case "=amount > 5":
                return record["amount"] is not None and record["amount"] > 5
            case "=firm.owner == user":
                return firm is not None and firm["owner"] == who.name
        raise AssertionError(rule)

    def upwards(self, team: str | None) -> list[str]:
        return [team, *self.upwards(self.above[team])] if team else []

    def is_shared(self, who: Person, deal: str, writing: bool) -> bool:
        return any(
            shared == deal
            and in_force
            and (writes or not writing)
            and (to == who.name if kind == "person" else to in self.upwards(who.team))
            for shared, kind, to, writes, in_force in self.shares
        )
