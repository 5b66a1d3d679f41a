"""The fields that every record has, and those that a pipeline brings."""

from __future__ import annotations

from collections.abc import Iterable

from customary.engine import expressions
from customary.engine.fields import Field
from customary.engine.fields.boolean import Boolean
from customary.engine.fields.choice import Choice
from customary.engine.fields.datetime import DateTime
from customary.engine.fields.identity import Identity
from customary.engine.fields.integer import Integer
from customary.engine.fields.option import Option, with_options
from customary.engine.fields.percent import Percent
from customary.engine.fields.user import User
from customary.engine.model.build import frozen
from customary.engine.model.names import ModelNames, World
from customary.engine.model.pipeline import Stage
from customary.engine.words import Words

LABELS = {
    "id": Words({"en": "Id", "zh": "编号", "el": "Αναγνωριστικό"}),
    "created_at": Words({"en": "Created", "zh": "创建时间", "el": "Δημιουργήθηκε"}),
    "created_by": Words({"en": "Created by", "zh": "创建人", "el": "Δημιουργήθηκε από"}),
    "updated_at": Words({"en": "Changed", "zh": "更新时间", "el": "Τροποποιήθηκε"}),
    "updated_by": Words({"en": "Changed by", "zh": "更新人", "el": "Τροποποιήθηκε από"}),
    "revision": Words({"en": "Revision", "zh": "版本", "el": "Αναθεώρηση"}),
    "archived_at": Words({"en": "Archived", "zh": "归档时间", "el": "Αρχειοθετήθηκε"}),
    "stage": Words({"en": "Stage", "zh": "阶段", "el": "Στάδιο"}),
    "outcome": Words({"en": "Outcome", "zh": "结果", "el": "Έκβαση"}),
    "open": Words({"en": "Open", "zh": "进行中", "el": "Ανοιχτό"}),
    "probability": Words({"en": "Probability", "zh": "成功概率", "el": "Πιθανότητα"}),
    "stage_entered_at": Words({"en": "In this stage since", "zh": "进入阶段时间", "el": "Στο στάδιο από"}),
}
OUTCOMES = {
    "won": (Words({"en": "Won", "zh": "成功", "el": "Επιτυχία"}), "green"),
    "lost": (Words({"en": "Lost", "zh": "失败", "el": "Αποτυχία"}), "red"),
    "done": (Words({"en": "Done", "zh": "完成", "el": "Ολοκληρώθηκε"}), "grey"),
}
RECORD_FIELDS = ("id", "created_at", "created_by", "updated_at", "updated_by", "revision", "archived_at")
PIPELINE_FIELDS = ("stage", "outcome", "open", "probability", "stage_entered_at")


def record_fields(entity: str, user: str) -> Iterable[Field]:
    """What the platform keeps of every record."""
    common = {"entity": entity, "system": True, "history": False}
    yield Identity(name="id", label=LABELS["id"], **common)
    for name in ("created", "updated"):
        yield DateTime(name=f"{name}_at", label=LABELS[f"{name}_at"], **common)
        yield User(name=f"{name}_by", label=LABELS[f"{name}_by"], to=user, **common)
    yield Integer(name="revision", label=LABELS["revision"], **common)
    yield DateTime(name="archived_at", label=LABELS["archived_at"], **common)


def pipeline_fields(entity: str, stages: Iterable[Stage]) -> Iterable[Field]:
    """What an entity gets from its pipelines. A stage of the same name in two of them is one option."""
    options: dict[str, Option] = {}
    for stage in stages:
        made = Option(name=stage.name, label=stage.label, colour=stage.colour, was=stage.was)
        options.setdefault(stage.name, made)
    outcomes = {name: Option(name=name, label=each[0], colour=each[1]) for name, each in OUTCOMES.items()}
    common = {"entity": entity, "system": True}
    outcome = Choice(name="outcome", label=LABELS["outcome"], **with_options(frozen(outcomes)), **common)
    yield Choice(name="stage", label=LABELS["stage"], **with_options(frozen(options)), **common)
    yield outcome
    yield Boolean(name="open", label=LABELS["open"], formula=_is_open(entity, outcome), **common)
    yield Percent(name="probability", label=LABELS["probability"], **common)
    yield DateTime(name="stage_entered_at", label=LABELS["stage_entered_at"], **common)


def _is_open(entity: str, outcome: Field) -> expressions.Expression:
    world = World()
    world.declare(entity, [outcome], [])
    return expressions.compile("outcome == null", ModelNames(world, entity))
