"""Administrators: whether somebody who is let in may still do everything when a plan is applied."""

from __future__ import annotations

from customary.engine.people.standing import admin_roles, holders
from customary.engine.plan.comparison import Comparison


def check_administrators(comparison: Comparison) -> None:
    """Notes a problem where somebody may do everything today, and nobody could any more."""
    current = comparison.current
    if current is None or current.model.playing("user") is None:
        return
    before, after = admin_roles(current.model), _kept(comparison)
    if before <= after and _stays(comparison):
        return
    there = holders(comparison.connection, current, before)
    if there and not (_stays(comparison) and holders(comparison.connection, current, after)):
        roles = ", ".join(f"“{name}”" for name in sorted(before))
        comparison.problems.append(
            f"role: nobody who is let in could do everything any more: so far it is {roles} that lets them. "
            "Give somebody another role with “admin: true” first."
        )


def _kept(comparison: Comparison) -> frozenset[str]:
    """The roles that let people do everything from now on, in the names by which accounts know them today."""
    names = comparison.renamings.of_rows().get("role", {})
    gone = set(names.values()) - names.keys()
    roles = admin_roles(comparison.model)
    return frozenset(names.get(name, name) for name in roles if name in names or name not in gone)


def _stays(comparison: Comparison) -> bool:
    """Whether those who sign in are records of the same entity as before."""
    before, after = comparison.current.model.playing("user"), comparison.model.playing("user")
    if after is None:
        return False
    entries = comparison.current.tables.catalogue.entity(before.name), comparison.tables.catalogue.entity(after.name)
    return entries[0].id == entries[1].id or after.name in comparison.moved
