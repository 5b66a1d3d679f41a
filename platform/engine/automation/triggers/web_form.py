"""Somebody sent a form: `{web_form: contact_us}`, about the record that it made or added to.

`payload` tells of it: whether the record is `new`, the `language` it was read in, the wording of its `consent`, and all
that was `sent`, by field, also what the record did not take over.
"""

from __future__ import annotations
