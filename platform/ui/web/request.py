"""A request whose form is read within bounds, and forgotten with it."""

from __future__ import annotations

from urllib.parse import parse_qsl

import litestar
from litestar.datastructures.multi_dicts import FormMultiDict
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

MOST_FIELDS = 10_000
"""In a form; one with files has at most a thousand, which Litestar counts itself."""


class Request(litestar.Request):
    """Litestar's own keeps the last thousand forms in memory, however large, with the passwords in them."""

    async def form(self) -> FormMultiDict:
        if self.content_type[0] != "application/x-www-form-urlencoded":
            return await super().form()
        kept = self.scope.setdefault("state", {})
        if "form" not in kept:
            kept["form"] = _form(await self.body())
        return kept["form"]


def _form(body: bytes) -> FormMultiDict:
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise RequestEntityTooLarge(f"A form has at most {MOST_FIELDS} fields.") from error
    return FormMultiDict(pairs)
