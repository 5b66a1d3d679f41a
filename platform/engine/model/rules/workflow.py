"""Workflows: triggers, conditions and steps.

Steps are compiled by the shapes that `definitions` gives their kinds, so a new kind needs nothing here: where a shape
says VALUES, fields of an entity are set; LABEL is a text with holes by language; CONDITION is an expression; anything
else is a value: an expression after `=`, a text with holes, or itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from customary.engine.definitions.kinds.workflow import STEP_KEYS, STEPS
from customary.engine.definitions.shapes import VALUES
from customary.engine.expressions.types import JSON, Record, Type
from customary.engine.model.build import Build, frozen, label, plain
from customary.engine.model.message import Document, Message
from customary.engine.model.names import ModelNames
from customary.engine.model.role import Role
from customary.engine.model.rules.ask import answer, compile_ask
from customary.engine.model.rules.before import check_body, check_place, compile_refuse, is_before
from customary.engine.model.rules.payload import outcome, types
from customary.engine.model.rules.several import SEVERAL, given_names
from customary.engine.model.rules.step import Around, check_step
from customary.engine.model.rules.trigger import compile_trigger, entity_meant
from customary.engine.model.rules.values import value, values
from customary.engine.model.rules.wait import ANSWERED, compile_wait, waits
from customary.engine.model.workflow import Workflow
from customary.engine.text import node as text
from customary.engine.text.source import Document as Written
from customary.engine.words import words

Step = Mapping[str, Any]


def compile_workflows(
    build: Build, messages: Mapping[str, Message], documents: Mapping[str, Document], roles: Mapping[str, Role]
) -> Mapping[str, Workflow]:
    """The workflows by name."""
    found = {}
    for name, document in build.definitions.of("workflow").items():
        workflow = Rule(build, document, messages, documents, roles).compile()
        if workflow is not None:
            found[name] = workflow
    return frozen(found)


class Rule:
    """One workflow while it is compiled."""

    def __init__(
        self,
        build: Build,
        document: Written,
        messages: Mapping[str, Message],
        documents: Mapping[str, Document],
        roles: Mapping[str, Role],
    ) -> None:
        self.build, self.document = build, document
        self.messages, self.documents, self.roles = messages, documents, roles
        self.entity, self.before = "", False

    def compile(self) -> Workflow | None:
        body = self.document.body
        triggers = self._triggers(body.get("when"))
        self.before = is_before(self.build, _each(body.get("when")))
        if self.before:
            check_body(self.build, body)
        self.entity = triggers[0]["entity"] if triggers else self._meant(body.get("when"))
        if not (self.entity or triggers):
            return None
        names = self._with_payload(self.build.names(self.entity), triggers)
        workflow = Workflow(
            name=self.document.name,
            label=label(body, self.document.name),
            entity=self.entity,
            triggers=triggers,
            where=self.build.condition(body.get("where"), names),
            steps=self._steps(body.get("do"), names),
            run_as=plain(body, "run_as", "system"),
            limits=frozen(plain(body, "limits", {})),
            stop=self.build.condition(body.get("stop"), names),
            before=self.before,
        )
        return workflow if triggers else None

    def _with_payload(self, names: ModelNames, triggers: Iterable[Mapping[str, Any]]) -> ModelNames:
        """The names with what came in from outside, where a trigger says what that is."""
        shapes = [types(each["payload"]) for each in triggers if "payload" in each]
        shapes += [{name: each.value_type for name, each in at["inputs"].items()} for at in triggers if "inputs" in at]
        known = {name: kind for shape in shapes for name, kind in shape.items()}
        return names.with_shape("payload", "the payload", known) if shapes else names

    def _meant(self, when: text.Node | None) -> str:
        """The entity that triggers speak of which are wrong in another way: all else is checked nevertheless."""
        meant = (entity_meant(self.build, each) for each in _each(when) if isinstance(each, text.Mapping))
        return next(filter(None, meant), "")

    def _triggers(self, node: text.Node | None) -> tuple[Mapping[str, Any], ...]:
        found = []
        for each in _each(node):
            trigger = compile_trigger(self.build, each) if isinstance(each, text.Mapping) else None
            if trigger is None:
                continue
            if trigger["kind"] == "message" and trigger["of"] is None:
                summary = "the trigger does not say of which message"
                self.build.add(each.place, summary, f"Write {{{trigger['reaction']}: welcome}}, with its name.")
                continue
            if found and trigger["entity"] != found[0]["entity"]:
                about, before = (each["entity"] or "no record" for each in (trigger, found[0]))
                summary = f"this is about {about}, and the trigger before about {before}"
                self.build.add(each.place, summary, "Make it a workflow of its own.")
                continue
            found.append(trigger)
        return tuple(found)

    def _steps(self, node: text.Node | None, names: ModelNames) -> tuple[Step, ...]:
        found = []
        for each in node if isinstance(node, text.Sequence) else ():
            if not isinstance(each, text.Mapping) or (kind := _kind(each)) is None:
                continue
            step = self._step(kind, each, names)
            found.append(step)
            if step["as"]:
                names = self._given(step, names)
        return tuple(found)

    def _step(self, kind: str, body: text.Mapping, names: ModelNames) -> Step:
        check_place(self.build, kind, body, self.entity, self.before)
        titled = plain(body, "label")
        step = {
            "kind": kind,
            "label": words(titled) if titled else None,
            "if": self.build.condition(body.get("if"), names),
            "as": self._name(body.get("as"), names),
        }
        if kind == "choose":
            return frozen({**step, "cases": tuple(self._cases(body.get(kind), names))})
        if kind == "for_each":
            return frozen({**step, **self._loop(body.get(kind), names)})
        if kind == "wait":
            return frozen({**step, **compile_wait(self.build, body.get(kind), self.entity, names)})
        if kind == "ask":
            return frozen({**step, **self._asked(body.get(kind), names)})
        if not self.entity and _needs_record(kind, body.get(kind)):
            summary = f"“{kind}” is done to a record, and this workflow is about none"
            remedy = "Do it in a workflow with `called`, and run that for each record."
            self.build.add(body.place_of(kind), summary, remedy)
            return frozen(step)
        step |= self._body(kind, body.get(kind), names)
        check_step(self.build, step, body.get(kind), Around(self.entity, self.messages, self.documents, self.roles))
        return frozen(step)

    def _name(self, node: text.Node | None, names: ModelNames) -> str | None:
        if node is None:
            return None
        name = str(text.plain(node))
        if names.type_of(name) is not None:
            self.build.add(node.place, f"“{name}” already means something here", "Choose another name.")
        return name

    def _given(self, step: Step, names: ModelNames) -> ModelNames:
        """The names with what a step gives."""
        if step["kind"] == "ask":
            return names.with_shape(step["as"], f"the answer {step['as']}", answer(self.build, step))
        if step["kind"] in ANSWERED:
            return names.with_shape(step["as"], f"the result {step['as']}", outcome(step.get("returns")))
        return given_names(step, names) or names.with_bindings({step["as"]: self._result(step)})

    def _result(self, step: Step) -> Type:
        entity = self.build.user if step["kind"] == "assign" else step.get("entity")
        return Record(entity=entity) if entity in self.build.sketches else JSON

    def _cases(self, node: text.Node | None, names: ModelNames) -> Iterable[tuple[Any, tuple[Step, ...]]]:
        """Conditions with their steps; `otherwise` has none."""
        for each in node if isinstance(node, text.Sequence) else ():
            if "otherwise" in each:
                yield None, self._steps(each.get("otherwise"), names)
            elif (condition := self.build.condition(each.get("case"), names)) is not None:
                yield condition, self._steps(each.get("do"), names)

    def _asked(self, node: text.Mapping, names: ModelNames) -> dict[str, Any]:
        """What is asked; the steps that are taken otherwise are a case without a condition."""
        steps = self._steps(node.get("otherwise"), names)
        return {**compile_ask(self.build, node, self.entity, names), "cases": ((None, steps),) if steps else ()}

    def _loop(self, node: text.Mapping, names: ModelNames) -> dict[str, Any]:
        """The records of a list, and the steps for each of them."""
        found = self.build.expression(node.get("in"), names)
        name = self._name(node.get("as"), names) or ""
        item = getattr(found.type, "item", None) if found is not None else None
        if found is not None and not isinstance(item, Record):
            self.build.add(node.get("in").place, "this is not a list of records", "Write one, such as deal_lines.")
        entity = item.entity if isinstance(item, Record) else ""
        steps = self._steps(node.get("do"), names.with_bindings({name: item}) if entity else names)
        if any(map(waits, steps)):
            self.build.add(node.place_of("do"), "a loop cannot wait", "Wait before it or after it.")
        return {"entity": entity, "in": found, "name": name, "steps": steps}

    # What a step says

    def _body(self, kind: str, node: text.Node, names: ModelNames) -> dict[str, Any]:
        """The step's own part: `values` with their `entity`, its keys, or `value` where it is one."""
        shape = STEPS.get(kind, {})
        if kind in SEVERAL:
            return SEVERAL[kind](self.build, self.entity, node, names)
        if kind == "refuse":
            return compile_refuse(self.build, node, self.entity, names)
        if kind == "task":
            entity = next((each.name for each in self.build.sketches.values() if each.plays == "task"), "")
            if not entity:
                self.build.add(node.place, "there is no entity of tasks", "Add the pack core.")
            return {"entity": entity, "values": values(self.build, node, entity, names)}
        if kind == "move":
            stage = text.Mapping({"stage": node}, {}, node.place, node.layer)
            return {"entity": self.entity, "values": values(self.build, stage, self.entity, names)}
        if shape is VALUES:
            return {"entity": self.entity, "values": values(self.build, node, self.entity, names)}
        if shape.get("additionalProperties") is VALUES and isinstance(node, text.Mapping):
            return self._of_entity(node, names)
        if isinstance(node, text.Mapping):
            return self._keys(shape, node, names)
        return {"value": value(self.build, shape, node, names)}

    def _of_entity(self, node: text.Mapping, names: ModelNames) -> dict[str, Any]:
        entity, each = next(iter(node.items()), ("", node))
        if entity and entity not in self.build.sketches:
            self.build.no_entity(node.place_of(entity), entity)
            return {"entity": entity, "values": frozen({})}
        return {"entity": entity, "values": values(self.build, each, entity, names)}

    def _keys(self, shape: Mapping[str, Any], node: text.Mapping, names: ModelNames) -> dict[str, Any]:
        shapes = shape.get("properties", {})
        found: dict[str, Any] = {}
        entity = self.entity
        for key, each in sorted(node.items(), key=lambda entry: shapes.get(entry[0]) is VALUES):
            if shapes.get(key) is VALUES:
                found["entity"], found["values"] = entity, values(self.build, each, entity, names)
                continue
            found[key] = value(self.build, shapes.get(key, {}), each, names)
            kind = getattr(found[key], "type", None)
            if key == "record":
                is_record = isinstance(kind, Record) and kind.entity in self.build.sketches
                found["entity"] = entity = kind.entity if is_record else ""
                if not entity:
                    self.build.add(each.place, "this does not name a record", "Write an expression, such as =account.")
        return found


def _each(when: text.Node | None) -> Iterable[text.Node]:
    return when.items if isinstance(when, text.Sequence) else [when] if when is not None else []


def _needs_record(kind: str, node: text.Node | None) -> bool:
    if kind in ("set", "move", "assign", "note", "tag", "follow", "share", "convert"):
        return True
    named = {"delete": "record", "copy": "record", "merge": "into"}.get(kind)
    return named is not None and not (isinstance(node, text.Mapping) and named in node)


def _kind(step: text.Mapping) -> str | None:
    """The key that names what a step does; None when its shape was wrong and it is gone."""
    return next((key for key in step if key not in STEP_KEYS), None)
