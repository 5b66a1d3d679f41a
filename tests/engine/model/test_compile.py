"""Definitions become a frozen model with everything filled in that a definition leaves out."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from customary.engine.expressions import Expression, Template
from customary.engine.expressions.types import Choice, ListOf, Record
from customary.engine.fields.percent import Percent
from customary.engine.model import Model, compile_source
from customary.engine.model.entity import Inverse, Section
from customary.engine.model.pipeline import StageTask
from customary.engine.money import Money
from customary.engine.problem import Problems
from customary.engine.text import File, read_source
from customary.engine.words import Words

CORE = """
entity: user
plays: user
fields: {name: {type: text}, manager: {type: user}}
---
entity: task
plays: task
fields: {title: {type: text}, due: {type: datetime}, owner: {type: user}, done: {type: boolean}}
---
entity: company
fields: {name: {type: text}}
"""


def model(text: str = "", settings: str = "name: T") -> Model:
    problems = Problems()
    files = [File("customary.yaml", "workspace", settings), File("core.yaml", "workspace", CORE)]
    files += [File("own.yaml", "workspace", text)] if text else []
    made = compile_source(read_source(files, problems), problems)
    assert [str(each) for each in problems] == []
    assert made is not None
    return made


def test_what_is_left_out_is_filled_in() -> None:
    entity = model("entity: site_visit\nfields: {note: {type: long_text}, code: {type: text}}").entities["site_visit"]
    assert str(entity.label) == "Site visit"
    assert str(entity.plural) == "Site visits"
    assert entity.title.text == "{{ code }}"
    assert list(entity.views) == ["all"]
    assert entity.views["all"].columns == ("code",)
    assert entity.views["all"].sort == (("created_at", True),)
    assert [each.rows for each in entity.layout] == [(("note",), ("code",))]
    assert str(entity.fields["code"].label) == "Code"
    assert entity.plays is None
    assert entity.icon == "square"


@pytest.mark.parametrize(
    ("name", "plural"), [("company", "Companies"), ("day", "Days"), ("box", "Boxes"), ("visit", "Visits")]
)
def test_a_plural_is_made_as_english_does(name: str, plural: str) -> None:
    found = model(f"entity: {name}\nfields: {{code: {{type: text}}}}") if name != "company" else model()
    assert str(found.entities[name].plural) == plural


def test_every_entity_has_the_fields_that_the_platform_keeps_at_its_end() -> None:
    fields = model().entities["company"].fields
    kept = ["id", "created_at", "created_by", "updated_at", "updated_by", "revision", "archived_at"]
    assert list(fields) == ["name", *kept]
    assert all(fields[name].system and not fields[name].entered for name in kept)
    assert fields["created_by"].value_type == Record(entity="user")
    assert all(set(fields[name].label.by_language) == {"en", "zh", "el"} for name in kept)


def test_a_field_that_no_section_names_is_not_lost() -> None:
    entity = model(
        "entity: visit\nfields: {name: {type: text}, at: {type: date}, notes: {type: long_text}, by: {type: user}}\n"
        "layout: {basics: {rows: [[name]]}}"
    ).entities["visit"]
    more = entity.layout[-1]
    assert more.rows == (("at",), ("notes",), ("by",))
    assert isinstance(more, Section)
    assert set(more.label.by_language) == {"en", "zh", "el"}


PIPELINE = """
entity: visit
fields: {name: {type: text}, at: {type: date}, cost: {type: money}}
---
pipeline: visiting
entity: visit
stages:
  planned: {colour: blue, stale_after: 2w, tasks: [{title: 'Prepare {{ name }}', due: 2d, owner: =user}]}
  met: {probability: 60, requires: [at], guard: cost != null}
  won: {outcome: won, locks: [cost]}
  lost: {outcome: lost, locks: all}
"""


def test_a_pipeline_gives_its_entity_fields_and_its_stages_their_gates() -> None:
    found = model(PIPELINE)
    entity, stages = found.entities["visit"], found.pipelines["visiting"].stages
    assert list(entity.fields)[-5:] == ["stage", "outcome", "open", "probability", "stage_entered_at"]
    assert entity.fields["stage"].value_type == Choice(options=("planned", "met", "won", "lost"))
    assert entity.fields["stage"].options["planned"].colour == "blue"
    assert entity.fields["outcome"].value_type == Choice(options=("won", "lost", "done"))
    assert entity.fields["open"].formula.text == "outcome == null"
    assert isinstance(entity.fields["probability"], Percent)
    assert [stage.probability for stage in stages.values()] == [None, 60, 100, 0]
    assert stages["planned"].stale_after_seconds == 14 * 86_400
    assert isinstance(stages["planned"].tasks[0], StageTask)
    assert (stages["planned"].tasks[0].title.text, stages["planned"].tasks[0].due.text) == (
        "Prepare {{ name }}",
        'now() + duration("2d")',
    )
    assert (stages["met"].requires, stages["met"].guard.text) == (("at",), "cost != null")
    assert (stages["won"].locks, stages["lost"].locks) == (("cost",), ("all",))
    assert entity.pipelines == (found.pipelines["visiting"],)


@pytest.mark.parametrize(
    ("moves", "pairs"),
    [
        ("any", {"pm", "pw", "pl", "mp", "mw", "ml", "wp", "wm", "wl", "lp", "lm", "lw"}),
        ("forward", {"pm", "pw", "pl", "mw", "ml", "wl", "wp", "wm", "lp", "lm"}),
        ("next", {"pm", "pl", "mw", "ml", "wl", "wp", "wm", "lp", "lm"}),
        ("[[planned, met], [met, won], [met, lost]]", {"pm", "mw", "ml"}),
    ],
)
def test_moves_become_pairs(moves: str, pairs: set[str]) -> None:
    found = model(f"{PIPELINE}moves: {moves}").pipelines["visiting"]
    assert {f"{source[0]}{target[0]}" for source, target in found.pairs} == pairs


def test_links_are_named_on_the_other_side() -> None:
    found = model(
        "entity: visit\nplural: {en: Visits, zh: 拜访}\n"
        "fields: {name: {type: text}, place: {type: link, to: company, inverse: visits},"
        " others: {type: links, to: company, inverse: mentions, inverse_label: {en: Seen at}},"
        " parts: {type: lines, of: part.visit}}\n"
        "---\nentity: part\nfields: {visit: {type: link, to: visit}, what: {type: text}}"
    )
    label = Words({"en": "Visits", "zh": "拜访"})
    assert dict(found.entities["company"].inverses) == {
        "visits": Inverse(name="visits", label=label, entity="visit", field="place"),
        "mentions": Inverse(
            name="mentions", label=Words({"en": "Seen at"}), entity="visit", field="others", many_to_many=True
        ),
    }
    assert found.entities["part"].child_of == ("visit", "parts")
    assert found.entities["visit"].fields["parts"].value_type == ListOf(item=Record(entity="part"))
    assert "part" not in found.navigation[-1].entities


def test_values_are_taken_literally_unless_they_begin_with_an_equals_sign() -> None:
    fields = (
        model(
            "entity: visit\nfields:\n  name: {type: text, default: owner}\n  by: {type: user, default: =user}\n"
            "  cost: {type: money, default: 12.5, currency: USD}\n  share: {type: percent, default: 30}\n"
            "  title: {type: text, default: 'Visit {{ name }}'}\n  kind: {type: choice, options: [a, b], default: b}\n"
            "  many: {type: choices, options: [a, b], default: [b, a]}\n  on: {type: date, default: =today()}\n"
            "  done: {type: boolean}"
        )
        .entities["visit"]
        .fields
    )
    defaults = {name: field.default for name, field in fields.items() if not field.system}
    assert defaults["name"] == "owner"
    assert isinstance(defaults["by"], Expression)
    assert defaults["cost"] == Money(Decimal("12.50"), "USD")
    assert defaults["share"] == Decimal(30)
    assert isinstance(defaults["title"], Template)
    assert defaults["kind"] == "b"
    assert defaults["many"] == ("a", "b")
    assert isinstance(defaults["on"], Expression)
    assert defaults["done"] is False


WORKFLOW = (
    PIPELINE
    + """
---
message: hello
about: visit
subject: {en: 'Hello {{ name }}', zh: '{{ name }}，您好'}
body: Dear {{ created_by.name }}
---
workflow: after_visit
when: [{entered: visiting.met}, {changed: visit.cost, to: 5 USD}]
where: cost > 10 && user != created_by
do:
  - create: {task: {title: 'Call {{ name }}', due: 3d, owner: =created_by.manager}}
    as: call
  - update: {record: =call, set: {done: true}}
  - choose:
      - case: call.done
        do: [{notify: {user: =created_by, text: {en: 'Done {{ name }}'}}}]
      - otherwise: [{stop: nothing to do}]
  - send_email: {to: [=created_by.name, boss@example.com], message: hello}
"""
)


def test_a_workflow_is_compiled_by_the_shapes_of_its_steps() -> None:
    text = WORKFLOW.replace("5 USD", "{amount: 5, currency: USD}")
    workflow = model(text).workflows["after_visit"]
    assert [dict(each) for each in workflow.triggers] == [
        {"kind": "entered", "entity": "visit", "pipeline": "visiting", "stage": "met"},
        {"kind": "changed", "entity": "visit", "field": "cost", "to": Money(Decimal("5.00"), "USD")},
    ]
    create, update, choose, send = workflow.steps
    assert (create["kind"], create["entity"], create["as"], create["if"]) == ("create", "task", "call", None)
    assert create["values"]["title"].text == "Call {{ name }}"
    assert create["values"]["due"].text == 'now() + duration("3d")'
    assert (update["entity"], update["record"].type, update["values"]["done"]) == ("task", Record(entity="task"), True)
    (case, then), (otherwise, stop) = choose["cases"]
    assert (case.text, otherwise) == ("call.done", None)
    assert then[0]["text"]["en"].text == "Done {{ name }}"
    assert stop[0]["value"] == "nothing to do"
    assert (send["to"][0].text, send["to"][1], send["message"]) == ("created_by.name", "boss@example.com", "hello")
    assert workflow.where.reads_user


def test_roles_say_what_they_grant_and_one_of_administrators_is_always_there() -> None:
    roles = model(
        "role: fitter\nentities: {company: {read: all, update: own, create: none, delete: '=name == user.name'},"
        " '*': {read: none}}"
    ).roles
    grant = roles["fitter"].entities["company"]
    assert (grant.read, grant.update, grant.create, grant.export) == (True, "own", False, False)
    assert isinstance(grant.delete, Expression)
    assert roles["admin"].admin


def test_navigation_ends_with_what_the_workspace_declares_and_nobody_placed() -> None:
    assert [each.entities for each in model().navigation] == [("task", "company", "user")]
    found = model("entity: visit\nfields: {name: {type: text}}", "name: T\nnavigation: {work: [task, company]}")
    assert [(each.name, each.entities) for each in found.navigation] == [
        ("work", ("task", "company")),
        ("more", ("visit", "user")),
    ]


def test_settings_have_their_usual_values_and_those_given() -> None:
    assert model().settings.currency == "EUR"
    settings = model(
        "", "name: Bakery\nlanguages: [el, en]\ncurrency: USD\ntime_zone: Europe/Athens\nfirst_weekday: sun"
    )
    assert settings.settings == dataclasses.replace(
        model().settings,
        name="Bakery",
        languages=("el", "en"),
        currency="USD",
        time_zone=ZoneInfo("Europe/Athens"),
        first_weekday="sun",
    )


def test_a_model_cannot_be_changed_and_equal_definitions_have_equal_digests() -> None:
    found = model(PIPELINE)
    with pytest.raises(TypeError):
        found.entities["visit"] = None  # type: ignore[index]
    with pytest.raises(TypeError):
        found.entities["visit"].fields["name"] = None  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.entities["visit"].fields["name"].required = True  # type: ignore[misc]
    assert model(f"# a comment\n{PIPELINE}").digest == found.digest
    assert model(PIPELINE.replace("60", "61")).digest != found.digest


def test_phone_numbers_are_those_of_the_country_of_the_workspaces_time_zone() -> None:
    text = "entity: visit\nfields: {name: {type: text}, phone: {type: phone}, office: {type: phone, region: CN}}"
    fields = model(text, "name: T\ntime_zone: Europe/Athens").entities["visit"].fields
    assert (fields["phone"].region, fields["office"].region) == ("GR", "CN")
    assert model(text).entities["visit"].fields["phone"].region is None


FEES = """
entity: offer
fields:
  price: {type: money}
  fee: {type: money, currency: USD}
  sum: {type: money, formula: price + fee}
"""
RATE = """
---
entity: rate
plays: rate
fields: {currency: {type: text}, day: {type: date}, value: {type: decimal}}
"""


def test_amounts_of_several_currencies_meet_only_where_rates_are_kept() -> None:
    assert model(FEES + RATE).entities["offer"].fields["sum"].formula.text == "price + fee"
    problems = Problems()
    compile_source(read_source([File("own.yaml", "workspace", FEES)], problems), problems)
    assert [str(each) for each in problems] == [
        "own.yaml:6:37  EUR and USD cannot meet: there are no exchange rates  "
        "Add the pack core, or an entity with plays: rate."
    ]
