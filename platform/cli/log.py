"""What a process that keeps running writes down of itself: to standard error, a line for each thing."""

from __future__ import annotations

import logging
import re
import textwrap
import time
from types import TracebackType

FORM = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s[%(process)d] %(message)s"
MOMENT = "%Y-%m-%dT%H:%M:%S"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Lines(logging.Formatter):
    """Nothing that somebody typed begins a line: signs that would are escaped, the trace of an error is indented."""

    converter = time.gmtime

    def __init__(self) -> None:
        super().__init__(FORM, MOMENT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as logging calls it
        return _CONTROL.sub(lambda sign: f"\\x{ord(sign[0]):02x}", super().formatMessage(record))

    def formatException(  # noqa: N802
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return textwrap.indent(super().formatException(ei), "  ", lambda _: True)


def begin() -> None:
    """From here on warnings and errors are written down in this form, and whatever was refused."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("customary.security").setLevel(logging.INFO)
