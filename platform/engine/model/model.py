"""The compiled model: everything a release declares, checked, frozen, ready to serve requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from customary.engine.expressions import Expression, Template
from customary.engine.expressions.passage import Passage
from customary.engine.fields.field import Field
from customary.engine.model.entities.limit import Limit
from customary.engine.model.entities.retention import Retention
from customary.engine.model.people.sign_in import SignIn
from customary.engine.model.tile import Dashboard
from customary.engine.problem import Place
from customary.engine.words import Words
from customary.engine.working import Calendar

if TYPE_CHECKING:
    from customary.engine.model.rules.form import WebForm


class _Nothing(Mapping[str, Any]):
    """The empty mapping, with a hash: before Python 3.12 a dataclass takes no other for a default."""

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __hash__(self) -> int:
        return 0


NOTHING: Mapping[str, Any] = _Nothing()


@dataclass(frozen=True, kw_only=True)
class Check:
    """A rule over a record that must not be false; the message is shown at `field` (or at the record)."""

    name: str
    condition: Expression
    message: Words
    field: str | None = None


@dataclass(frozen=True, kw_only=True)
class View:
    """One way of looking at an entity's records. `kind` is table or board (further kinds come as files)."""

    name: str
    label: Words
    kind: str
    entity: str
    columns: tuple[str, ...] = ()
    where: Expression | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    """Field name and whether descending."""
    pipeline: str | None = None
    card: tuple[str, ...] = ()
    sum: str | None = None
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class Section:
    """A titled part of the form and the record page: rows of field names."""

    name: str
    label: Words
    rows: tuple[tuple[str, ...], ...]
    tab: bool = False


@dataclass(frozen=True, kw_only=True)
class Inverse:
    """The other end of a link: the records of `entity` whose `field` points here."""

    name: str
    label: Words
    entity: str
    field: str
    many_to_many: bool = False


@dataclass(frozen=True, kw_only=True)
class StageTask:
    """A task made when a record enters a stage."""

    title: Template
    due: Expression | None = None
    owner: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Who must have approved that a record enters a stage, where the condition holds.

    `by` is a role (`role …`), a team (`team …`), an Expression of users, or a tuple of these; `covers` names the fields
    whose values are approved: when one of them changes, it has to be asked for again.
    """

    by: Any
    condition: Expression | None
    covers: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step of a pipeline. `outcome` is won, lost, done or None while open."""

    name: str
    label: Words
    probability: int | None = None
    outcome: str | None = None
    requires: tuple[str, ...] = ()
    guard: Expression | None = None
    guard_message: Words | None = None
    approve: tuple[Approval, ...] = ()
    locks: tuple[str, ...] = ()
    """Field names that are read-only here; `("all",)` for all."""
    stale_after_seconds: int | None = None
    colour: str | None = None
    tasks: tuple[StageTask, ...] = ()
    was: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The stages of an entity's records and the moves between them."""

    name: str
    label: Words
    entity: str
    stages: Mapping[str, Stage]
    where: Expression | None = None
    pairs: frozenset[tuple[str, str]] = frozenset()
    """Every allowed move, whatever way it was declared. A stage's own name to itself is never in it."""

    @property
    def first(self) -> Stage:
        return next(iter(self.stages.values()))


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A kind of record. `fields` are in their order; system and pipeline fields stand at the end."""

    name: str
    label: Words
    plural: Words
    icon: str
    title: Template
    fields: Mapping[str, Field]
    highlights: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    unique: Mapping[str, tuple[str, ...]] = NOTHING
    limits: tuple[Limit, ...] = ()
    retention: Retention | None = None
    views: Mapping[str, View] = NOTHING
    layout: tuple[Section, ...] = ()
    inverses: Mapping[str, Inverse] = NOTHING
    pipelines: tuple[Pipeline, ...] = ()
    plays: str | None = None
    """person, organisation, activity, task, user, team or None."""
    help: Words = Words({})
    was: tuple[str, ...] = ()
    place: Place | None = None
    tree: str | None = None
    """The link to its own entity that makes its records a tree: they have `ancestors` and `descendants`."""
    child_of: tuple[str, str] | None = None
    """Parent entity and its `lines` field, when records of this entity are edited inside another."""

    @cached_property
    def columns(self) -> Mapping[str, Field]:
        """The fields and, by path, the parts of those that have parts: what lists show, sort and filter by."""
        return with_pieces(self.fields)

    @property
    def owner_field(self) -> str:
        """What says whose a record is: the field `owner`, else who created it."""
        return "owner" if "owner" in self.fields else "created_by"

    @property
    def searchable(self) -> tuple[Field, ...]:
        return tuple(each for each in self.fields.values() if each.search)


def with_pieces(fields: Mapping[str, Field]) -> Mapping[str, Field]:
    """Fields and, behind each, its parts by path."""
    found: dict[str, Field] = {}
    for name, each in fields.items():
        found |= {name: each, **each.pieces}
    return found


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """A rule: when something happens to a record and a condition holds, do steps.

    A trigger is `{"kind": "created", "entity": "order"}`, for changed with `field` and, where given, `from` and `to`;
    for entered and left with `pipeline` and `stage`. A step has `kind`, `label` (Words or None), `if` (Expression
    or None), `as` (a name or None), and what its kind says:

    - set, create, update, task: `entity` and `values` by field, each an Expression, a Template (text with holes) or a
      value of the field; update also `record` (Expression);
    - choose: `cases`, pairs of a condition (None for otherwise) and a tuple of steps;
    - for_each: `in` (Expression of a list of records of `entity`), `name` and `steps`;
    - wait: `for` and `until` (Expressions of a moment or day), `when` (a condition), `event` (a trigger), each or None;
    - ask: `by` (an Expression of users, `role …` or `team …`, or a tuple of these), `text` by language, `fields` of the
      record, `inputs` (Fields by name), `deadline` (an Expression or None) and `cases`: what is done otherwise;
    - refuse: `message` (texts by language) and `field` (a name or None);
    - kinds written as one value (note, stop): `value`;
    - others their own keys: texts by language (text, subject, body) as mappings from language ("" for all) to
      Template; the rest an Expression (after `=`), a Template, a tuple of them, or the plain value.
    """

    name: str
    label: Words
    entity: str
    triggers: tuple[Mapping[str, Any], ...]
    where: Expression | None
    steps: tuple[Mapping[str, Any], ...]
    run_as: str = "system"
    limits: Mapping[str, Any] = NOTHING
    stop: Expression | None = None
    """Ends a run, also one that waits, as soon as it holds."""
    before: bool = False
    """Whether it is held before the save, within the writer's transaction: it has no runs then."""

    @property
    def has_button(self) -> bool:
        return any(trigger["kind"] == "button" for trigger in self.triggers)


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


@dataclass(frozen=True, kw_only=True)
class Message:
    """A text sent to people: by language, with holes over a record of `about`."""

    name: str
    label: Words
    about: str | None
    channel: str
    subject: Mapping[str, Template]
    body: Mapping[str, Template]
    unsubscribe: str | None = None
    """The sort of mail that it is, of which its receivers may take leave."""
    purpose: tuple[str, ...] = ()
    """The consent that it needs: a field of `about`, or one behind its links; then receivers withdraw that."""
    attachments: tuple[Any, ...] = ()
    """What goes with it: names of fields with files, Expressions of files, `{"document": name}`."""


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """Where mail is read from: it belongs to records of `entity`; `new` are the values of those that it makes."""

    name: str
    label: Words
    entity: str
    new: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Document:
    """A text for print, by language, over a record of `about`: Markdown once it is filled in."""

    name: str
    label: Words
    about: str
    title: Mapping[str, Template]
    body: Mapping[str, Passage]
    footer: Mapping[str, Template] = NOTHING
    paper: str = "a4"
    landscape: bool = False
    logo: bool = False
    """Whether the workspace's logo stands at the head."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A heading of the navigation and the entities under it."""

    name: str
    label: Words
    entities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What `customary.yaml` says about the workspace as a whole."""

    name: str
    languages: tuple[str, ...] = ("en", "zh", "el")
    currency: str = "EUR"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    first_weekday: str = "mon"
    mail: Mapping[str, Any] = NOTHING
    sms: Mapping[str, Any] = NOTHING
    """The gateway of text messages: `url`, `headers`, `encoding` (json, form), and `body` with its values compiled."""
    mailboxes: Mapping[str, Mapping[str, Any]] = NOTHING
    """The servers that mail is read from, by the name of their mailbox."""
    allowed_addresses: tuple[str, ...] = ()
    """Hosts and networks that may be called although they do not lie in the open internet."""
    accent: str | None = None
    files: str = "files"
    """Where the contents of files lie: a folder of the workspace, or an address that fsspec knows."""
    map: str = "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=15/{latitude}/{longitude}"
    """The address of a map, with `{latitude}` and `{longitude}` in it; "" for none."""
    calendar: str | None = None
    """The calendar that counts where none is named."""
    purge_after: timedelta = timedelta(days=90)
    """For how long what was retired is kept at least."""
    sign_in: SignIn = field(default_factory=SignIn)
    web_address: str = ""
    """Where people reach the workspace, for links in mails; "" when nobody said."""
    calls_per_minute: int = 12_000
    """How often one person may call, pages and API together."""
    forget_audit_after: timedelta | None = None
    """When lines of the audit log are removed, if ever."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """All that a release declares. Equal texts give equal digests."""

    digest: str
    settings: Settings
    entities: Mapping[str, Entity]
    pipelines: Mapping[str, Pipeline] = NOTHING
    workflows: Mapping[str, Workflow] = NOTHING
    roles: Mapping[str, Role] = NOTHING
    messages: Mapping[str, Message] = NOTHING
    mailboxes: Mapping[str, Mailbox] = NOTHING
    web_forms: Mapping[str, WebForm] = NOTHING
    documents: Mapping[str, Document] = NOTHING
    dashboards: Mapping[str, Dashboard] = NOTHING
    calendars: Mapping[str, Calendar] = NOTHING
    calendar: str = ""
    """The calendar that counts where none is named; "" where there is none, or none of many was chosen."""
    navigation: tuple[Group, ...] = ()
    packs: tuple[str, ...] = ()
    demos: Mapping[str, Any] = NOTHING
    """Sample records by demo name, as plain data (see `exchange.sample`)."""

    def playing(self, part: str) -> Entity | None:
        """The entity that `plays` a part (user, task, activity...), or None."""
        return next((each for each in self.entities.values() if each.plays == part), None)

    def role(self, name: str) -> Role | None:
        """A role that somebody may hold: a declared one, or what a form lets strangers do."""
        return self.roles.get(name) or self._of_forms.get(name)

    @cached_property
    def _of_forms(self) -> Mapping[str, Role]:
        return {role.name: role for form in self.web_forms.values() for role in form.roles}
