"""The ways out that a workspace has, by the kind of message that each delivers."""

from __future__ import annotations

from collections.abc import Mapping

from customary.engine.database import Database
from customary.engine.messages.addresses import allowed
from customary.engine.messages.envelope import House
from customary.engine.messages.mail import Mail
from customary.engine.messages.outbox import is_served
from customary.engine.messages.sender import Channel
from customary.engine.messages.sms import Sms
from customary.engine.messages.smtp import Lines
from customary.engine.messages.webhook import Webhook
from customary.engine.model.model import Settings


def channels(database: Database, settings: Settings, lines: Lines | None = None) -> Mapping[str, Channel]:
    """The channels that the settings set up; what has none stays in the outbox.

    `lines` are the connections that are kept from round to round.
    """
    world = allowed(settings.allowed_addresses)
    every: dict[str, Channel] = {
        "mail": Mail(database, house(settings), lines or Lines()),
        "sms": Sms(database, world, settings),
        "webhook": Webhook(database, world),
    }
    return {kind: channel for kind, channel in every.items() if is_served(settings, kind)}


def house(settings: Settings) -> House:
    """What the settings say of mail as a whole."""
    return House(settings.mail, settings.web_address, settings.mailboxes)
