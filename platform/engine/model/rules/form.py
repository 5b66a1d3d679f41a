"""A compiled web form, and the rights that it gives to whoever fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from customary.engine.fields.field import Field
from customary.engine.model.role import Grant, Role
from customary.engine.words import Words


@dataclass(frozen=True, kw_only=True)
class WebForm:
    """A page for everybody. `fields` are those of its entity as the form calls them; `closed` are all others.

    `values` and those of `creates` (pairs of an entity and its values) are each an Expression, a Template or a value.
    """

    name: str
    label: Words
    help: Words
    entity: str
    fields: Mapping[str, Field]
    hidden: frozenset[str]
    autocomplete: Mapping[str, str]
    """What browsers may fill in themselves, by field, in the words of HTML."""
    closed: frozenset[str]
    values: Mapping[str, Any]
    match: tuple[str, ...]
    overwrite: bool
    consent: Words
    thanks: Words
    goes_to: str
    """The address of the page that is shown afterwards; empty for our own."""
    confirmed_by: str
    """The field with the address that a mail goes to, whose link has to be followed first; empty for none."""
    creates: tuple[tuple[str, Mapping[str, Any]], ...]
    embed: tuple[str, ...]
    spam: bool

    @cached_property
    def fills(self) -> Role:
        """Makes a record out of what may be written, and reads none."""
        return self._role("fills", Grant(create=True, bring=False, fields=self._closed))

    @cached_property
    def adds(self) -> Role:
        """Writes the same fields of a record that is there, which the writer alone has to read."""
        return self._role("adds", Grant(read=True, update=True, fields=self._closed))

    @property
    def roles(self) -> tuple[Role, Role]:
        return self.fills, self.adds

    @property
    def _closed(self) -> Mapping[str, str]:
        return dict.fromkeys(sorted(self.closed), "hidden")

    def _role(self, does: str, grant: Grant) -> Role:
        return Role(name=f"web_form {self.name} {does}", label=self.label, entities={self.entity: grant})
