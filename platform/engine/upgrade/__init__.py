"""Upgrades of packs: what they bring and what a workspace says itself are merged, key by key."""

from __future__ import annotations

from customary.engine.upgrade.choice import Choices
from customary.engine.upgrade.merge import Conflict
from customary.engine.upgrade.upgrade import Upgrade, apply_upgrade, upgrade

__all__ = ["Choices", "Conflict", "Upgrade", "apply_upgrade", "upgrade"]
