"""Somebody presses a button on the record's page: `{button: account}`. Its label is the workflow's."""

from __future__ import annotations
