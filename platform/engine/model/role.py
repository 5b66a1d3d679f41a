"""A role, compiled: what it grants of each entity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customary.engine.expressions import Expression
from customary.engine.model.nothing import NOTHING
from customary.engine.words import Words


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a role may do with an entity: each act is True (all), False (none), "own", "team" or an Expression."""

    read: Any = False
    create: Any = False
    update: Any = False
    delete: Any = False
    export: Any = False
    bring: Any = None
    """The act `import`; None where nothing is said of it: who may create may import."""
    fields: Mapping[str, str] = NOTHING
    """Field name to hidden, read_only or on_create."""
    deny: bool = False
    """Takes away what it names, whatever other roles grant."""

    def rule(self, act: str) -> Any:
        """What it says of an act."""
        if act != "import":
            return getattr(self, act)
        return self.bring if self.bring is not None else not self.deny and self.create

    @property
    def rules(self) -> tuple[Any, ...]:
        """What it says of all acts."""
        return (self.read, self.create, self.update, self.delete, self.export, self.bring)


@dataclass(frozen=True, kw_only=True)
class Role:
    """What a group of people may do. `entities["*"]` holds for entities not named."""

    name: str
    label: Words
    entities: Mapping[str, Grant]
    pipelines: Mapping[str, Mapping[str, Any]] = NOTHING
    buttons: tuple[str, ...] = ()
    dashboards: tuple[str, ...] = ()
    """Those that they may look at."""
    settings: tuple[str, ...] = ()
    """The parts of the settings that they may open."""
    admin: bool = False
    """May use settings, designer, plan and apply, and everything else."""
    deny: bool = False
    """Takes away what it names, whatever other roles grant."""
    portal: Expression | None = None
    """For people from outside: the record that they stand for, read from their user record."""
