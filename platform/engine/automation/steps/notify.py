"""Tells a user something: `notify: {user: =owner, text: '{{ name }} was won'}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from customary.engine.automation.acting import Acting, Done
from customary.engine.automation.outside.telling import for_reader
from customary.engine.messages import notify
from customary.engine.people.recognise import person
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    users = _users(step["user"], acting)
    if not users:
        return Done(skipped=Reason("there is nobody to tell"))
    told = []
    for user in users:
        texts = {language: for_reader(acting, text, user) for language, text in step["text"].items()}
        text = acting.in_language(texts, _language(acting, user))
        notify(acting.work, user, text, about=acting.told_about, run=acting.run)
        told.append(text)
    return Done(input={"user": [str(user) for user in users]}, result={"text": list(dict.fromkeys(told))})


def _users(given: Any, acting: Acting) -> list[UUID]:
    each = given if isinstance(given, tuple) else (given,)
    return list(dict.fromkeys(user for user in map(acting.user_of, each) if user is not None))


def _language(acting: Acting, user: UUID) -> str:
    record = person(acting.work.connection, acting.work.release, user) or {}
    offered = acting.work.model.settings.languages
    return record.get("language") if record.get("language") in offered else offered[0]
