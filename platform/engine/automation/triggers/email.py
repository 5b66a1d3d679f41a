"""A mail came in that belongs to a record: `{email: support}`, by the name of the mailbox.

`payload` tells of it: `subject`, `text`, `from`, `name`, `to`, `automatic`, and whether the record is `new`.
"""

from __future__ import annotations
