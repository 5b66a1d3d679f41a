"""Texts that leave the workspace, and where they come in, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customary.engine.expressions import Template
from customary.engine.expressions.passage import Passage
from customary.engine.model.nothing import NOTHING
from customary.engine.words import Words


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
