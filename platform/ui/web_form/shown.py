"""A web form as it is drawn: its controls with what was typed, what is wrong with it, and its stamp."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from customary.engine.expressions import Expression, Template
from customary.engine.fields.field import Field
from customary.engine.locale import Locale
from customary.engine.messages.forms import CONSENT
from customary.engine.model.rules.form import WebForm
from customary.engine.records.refusal import FieldProblem
from customary.engine.records.work import Work
from customary.engine.words import Reason, Words
from customary.ui.form import inputs
from customary.ui.form.controls import Control
from customary.ui.form.typed import Typed, entry_of_value

TRAP, STAMP = "_more", "_stamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A form as it is drawn. `elsewhere` are problems that belong to none of its controls, with what they are about."""

    form: WebForm
    controls: tuple[Control, ...]
    carried: Mapping[str, str]
    """What its hidden fields hold, by name."""
    elsewhere: tuple[tuple[Words, Reason], ...] = ()
    told: tuple[Reason, ...] = ()
    agreed: bool = False
    disagreed: bool = False
    """Whether it was sent without the consent that it asks for."""

    @property
    def wrong(self) -> int:
        """How many things need another look."""
        at_controls = sum(len(each.problems) for each in self.controls)
        return at_controls + len(self.elsewhere) + len(self.told) + self.disagreed


def blank(work: Work, form: WebForm, given: Typed, locale: Locale) -> Shown:
    """The form as it is met: with its defaults, and over them what the address gives."""
    typed = inputs.typed_into(
        work, {name: each for name, each in form.fields.items() if given.has(name)}, given, locale
    )
    known = {name: each for name, each in typed.items() if each.problem is None}
    begun = {name: entry_of_value(each, _default(each), locale) for name, each in form.fields.items()}
    return _shown(work, form, {**begun, **known}, ())


def sent(
    work: Work, form: WebForm, typed: Typed, locale: Locale, problems: Iterable[FieldProblem], *told: Reason
) -> Shown:
    """The form with what was typed, and all that is wrong with it."""
    entries = inputs.typed_into(work, form.fields, typed, locale)
    agreed = typed.one(CONSENT) == "true"
    shown = _shown(work, form, entries, tuple(problems))
    return replace(shown, told=told, agreed=agreed)


def _shown(work: Work, form: WebForm, entries: inputs.Entries, problems: tuple[FieldProblem, ...]) -> Shown:
    visible = {name: each for name, each in form.fields.items() if name not in form.hidden}
    controls = inputs.controls_for(work, visible, entries, problems)
    return Shown(
        form=form,
        controls=tuple(replace(each, autocomplete=form.autocomplete.get(each.name, "on")) for each in controls),
        carried={name: entries[name].text for name in form.fields if name in form.hidden and entries[name].text},
        elsewhere=tuple((each.label, each.reason) for each in problems if each.field not in (*visible, CONSENT)),
        disagreed=any(each.field == CONSENT for each in problems),
    )


def _default(field: Field) -> Any:
    """What a control begins with. What is worked out may tell what nobody here may read; the writer fills that in."""
    return None if isinstance(field.default, Expression | Template) else field.default
