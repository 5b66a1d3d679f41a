"""The ways out that a workspace has, by the kind of message that each delivers."""

from __future__ import annotations

from collections.abc import Mapping

from customary.engine.database import Database
from customary.engine.files import Store
from customary.engine.messages.addresses import allowed
from customary.engine.messages.document import Documents
from customary.engine.messages.envelope import House
from customary.engine.messages.mail import Mail
from customary.engine.messages.outbox import is_served
from customary.engine.messages.sender import Channel
from customary.engine.messages.sms import Sms
from customary.engine.messages.smtp import Lines
from customary.engine.messages.webhook import Webhook
from customary.engine.model.workspace import Settings
from customary.engine.releases import Release


def channels(
    database: Database, release: Release, lines: Lines | None = None, store: Store | None = None
) -> Mapping[str, Channel]:
    """The channels that a release sets up; what has none stays in the outbox.

    `lines` are the connections that are kept from round to round. Documents need the store that keeps their files.
    """
    settings = release.model.settings
    world = allowed(settings.allowed_addresses)
    every: dict[str, Channel] = {
        "mail": Mail(database, house(settings), lines or Lines(), store),
        "sms": Sms(database, world, settings),
        "webhook": Webhook(database, allowed(settings.allowed_addresses, settings.calls_only_to)),
    }
    if store is not None:
        every["document"] = Documents(release, store)
    return {kind: channel for kind, channel in every.items() if is_served(settings, kind)}


def house(settings: Settings) -> House:
    """What the settings say of mail as a whole."""
    return House(settings.mail, settings.web_address, settings.mailboxes)
