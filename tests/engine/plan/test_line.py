"""Lines of a plan: what they say, and how release rows keep them."""

from __future__ import annotations

from customary.engine.plan.line import DESTRUCTIVE, Example, Impact, Line, from_text, to_text
from customary.engine.words import Reason


def test_a_line_comes_back_from_a_release_row_as_it_was():
    example = Example(kind="deal", path="0190", title="Big one", value="12 €")
    impact = Impact(kind="unfit", told=Reason("values of {field}", {"field": "x"}), count=3, of=9, first=(example,))
    line = Line(
        sign="~",
        kind="field",
        path="deal.x",
        key="type",
        before="text",
        after="integer",
        notes=(Reason("values are converted"),),
        grade=DESTRUCTIVE,
        impact=(impact,),
    )
    assert from_text(to_text([line])) == (line,)


def test_a_row_that_kept_what_was_printed_is_still_read():
    printed = "+ field deal.town (text)\n→ field deal.score becomes points\n~ definitions"
    assert "\n".join(map(str, from_text(printed))) == printed
