"""Questions that people are asked by mail: `survey: visit_rating`. Each answer is a record of an entity of that name.

Who is asked gets a link from the step `ask_survey`. The page behind it takes one answer; nobody signs in there,
and nothing can be read. Rules about answers are workflows of the entity: `when: {created: visit_rating}`.
"""

from __future__ import annotations

from customary.engine.definitions.shapes import (
    ANYTHING,
    CONDITION,
    DURATION,
    LABEL,
    TEXT,
    WAS,
    YES_NO,
    mapping,
    told,
)

QUESTIONS = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,59}$", "x-what": "a name in snake_case"},
    "x-what": "questions by name: {score: {kind: nps}, why: {kind: long_text, if: score <= 6}}",
}
QUESTION_KEYS = {
    "kind": told(TEXT, "what answers it: a kind of field, or nps (0 to 10)"),
    "label": told(LABEL, "the question"),
    "help": told(LABEL, "a sentence that explains it"),
    "required": told(YES_NO, "true: it must be answered"),
    "default": told(ANYTHING, "the answer that it begins with"),
    "if": told(CONDITION, "the condition under which it is asked, over the other answers"),
    "personal": told(
        YES_NO, "whether the answer says something about a person; marks, amounts and choices do only where it is true"
    ),
    "was": told(WAS, "its old name"),
}

SHAPE = mapping(
    "a survey",
    {
        "label": told(LABEL, "what one answer is called"),
        "plural": told(LABEL, "what several answers are called"),
        "heading": told(LABEL, "what those read who are asked: on the page, and as the subject of the mail; the label"),
        "help": told(LABEL, "what stands above the questions and in the mail that asks them, in Markdown"),
        "icon": told(TEXT, "the icon of its answers, as of an entity"),
        "about": told(TEXT, "the entity that it asks about: each answer leads to one record of it", of="entity"),
        "questions": told(QUESTIONS, "what it asks, in this order"),
        "expires": told(DURATION, "how long its links are good: 30d where it is left out"),
        "thanks": told(LABEL, "what is said afterwards, in Markdown"),
        "was": told(WAS, "its old name"),
    },
    required=("about", "questions"),
)
