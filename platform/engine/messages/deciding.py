"""Mail to those who are asked to decide: what it is about, and the address where they answer once signed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from customary.engine.messages.mail import NoAddress, write
from customary.engine.messages.outbox import is_served
from customary.engine.people.recognise import actor_of_user
from customary.engine.records.told import Texts, shown
from customary.engine.records.work import Work
from customary.engine.words import Words


def tell_of_decision(work: Work, id: UUID, texts: Texts, users: Iterable[UUID], about: tuple[str, UUID] | None) -> None:
    """Writes to each what they may know of it, in their language; to nobody where the workspace sends no mail or does
    not know its address."""
    settings = work.model.settings
    if not settings.web_address or not is_served(settings, "mail"):
        return
    link = f"{settings.web_address.rstrip('/')}/decide/{id}"
    for user in users:
        actor = actor_of_user(work.connection, user, work.release)
        if actor is not None:
            told = Words(shown(replace(work, actor=actor), [texts])[0]).in_language(actor.language)
            _write(work, actor.email, told, link, actor.language, about)


def _write(work: Work, to: str, told: str, link: str, language: str, about: tuple[str, UUID] | None) -> None:
    try:
        write(work, to, told[:200], f"{told}\n\n{link}\n", language=language, about=about)
    except NoAddress:
        return  # an account may be called otherwise; the page To decide tells them
