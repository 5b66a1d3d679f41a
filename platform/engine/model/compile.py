"""Definitions → Model: references, types and expressions are right, or the problems say what is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.definitions import Definitions, define
from customary.engine.locale import country_of
from customary.engine.model.build import Build, frozen
from customary.engine.model.calendar import compile_calendars
from customary.engine.model.dashboard import check_dashboards, compile_dashboards
from customary.engine.model.entities.bridge import bridge
from customary.engine.model.entities.computed import settle_lookups
from customary.engine.model.entities.currencies import check_currencies
from customary.engine.model.entities.default import check_defaults
from customary.engine.model.entities.entity import finish_entity, sketch_entities
from customary.engine.model.entities.formula import check_circles
from customary.engine.model.entities.keep import check_wishes, keep
from customary.engine.model.entities.link import check_tree, connect
from customary.engine.model.entities.pipeline import finish_pipelines, shape_pipelines
from customary.engine.model.example import check_examples
from customary.engine.model.languages import check_languages
from customary.engine.model.model import Model
from customary.engine.model.navigation import compile_navigation
from customary.engine.model.people.raising import check_raising
from customary.engine.model.people.role import check_buttons, compile_roles
from customary.engine.model.questions import check_questions
from customary.engine.model.reach import check_reach
from customary.engine.model.rules.mailbox import compile_mailboxes
from customary.engine.model.rules.scheme import check_schemes
from customary.engine.model.rules.survey import compile_surveys
from customary.engine.model.rules.web_form import compile_forms
from customary.engine.model.rules.workflow import compile_workflows
from customary.engine.model.settings import compile_settings
from customary.engine.model.texts.document import compile_documents
from customary.engine.model.texts.message import compile_messages
from customary.engine.problem import Problems
from customary.engine.text.node import Mapping as Node
from customary.engine.text.node import Scalar, plain
from customary.engine.text.source import Source


def compile(definitions: Definitions, problems: Problems) -> Model | None:  # noqa: A001 - the verb of this stage
    """The model, or None when anything in `problems` is an error, of this stage or of those before it."""
    settings = compile_settings(definitions, problems)
    build = Build(definitions, problems, settings, country_of(settings.time_zone))
    _shape(build)
    compile_calendars(build)
    pipelines = finish_pipelines(build)
    entities = {sketch.name: finish_entity(build, sketch) for sketch in build.sketches.values()}
    check_circles(build)
    check_defaults(build)
    model = Model(
        digest=definitions.source.digest,
        settings=build.settings,
        entities=frozen(entities),
        pipelines=frozen(pipelines),
        documents=(documents := compile_documents(build)),
        messages=(messages := compile_messages(build, documents)),
        mailboxes=compile_mailboxes(build),
        web_forms=compile_forms(build),
        surveys=compile_surveys(build),
        dashboards=compile_dashboards(build),
        roles=(roles := compile_roles(build)),
        workflows=(workflows := compile_workflows(build, messages, documents, roles)),
        calendars=frozen(dict(build.world.calendars)),
        calendar=build.world.calendar,
        navigation=compile_navigation(build),
        packs=definitions.source.packs,
        demos=_demos(build),
    )
    check_buttons(build, workflows)
    check_dashboards(build)
    check_schemes(build, workflows)
    check_examples(build, roles, workflows)
    check_currencies(build)
    check_questions(build)
    check_wishes(build)
    check_reach(build, roles)
    check_raising(build, roles)
    check_languages(build)
    return None if problems.errors else keep(model)


def compile_source(source: Source, problems: Problems) -> Model | None:
    """The model of a source: shapes first, then meaning, all problems of both."""
    return compile(define(source, problems), problems)


def _shape(build: Build) -> None:
    """All names and types, so that expressions can be checked after it."""
    sketch_entities(build)
    shape_pipelines(build)
    for sketch in build.sketches.values():
        bridge(build, sketch)
    for sketch in build.sketches.values():
        connect(build, sketch)
    settle_lookups(build)
    for sketch in build.sketches.values():
        check_tree(build, sketch)
        build.world.declare(sketch.name, sketch.fields.values(), sketch.inverses.values(), sketch.tree)


def _demos(build: Build) -> Mapping[str, Any]:
    """Documents of plain records by entity, which `exchange` reads; here their entities are checked."""
    for document in build.definitions.of("demo").values():
        records = document.body.get("records")
        for name in records if isinstance(records, Node) else ():
            if name not in build.sketches:
                build.entity_named(_named(records, name))
    return frozen({name: plain(each.body) for name, each in build.definitions.of("demo").items()})


def _named(records: Node, name: str) -> Any:
    return Scalar(name, records.place_of(name))
