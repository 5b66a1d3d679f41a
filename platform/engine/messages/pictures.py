"""Pictures in what is printed. A text names them by their place in a list, so it can reach nothing else."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from customary.engine.files import Store
from customary.engine.messages.undelivered import Undeliverable
from customary.engine.words import Reason

OPEN, CLOSE = "\ue001", "\ue002"
"""Stand around the place of a picture in a text; what people typed holds neither (see `pdf.escaped`)."""
MARK = re.compile(f"{OPEN}([0-9]+){CLOSE}")
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS = 25_000_000
"""Of a picture that has to be unpacked as a whole; a JPEG is read as small as it is needed."""
MOST = 50
"""Pictures of one document."""
SHARPEST = 1600
"""Pixels of its longer side: more is not seen on paper."""
PER_INCH = 150
LOGO = "logo.png"
UNREADABLE = (OSError, ValueError, SyntaxError, EOFError)
"""What the library says of a content that is no picture, or a broken one."""


@dataclass(frozen=True)
class Picture:
    """A picture ready to be printed, as PNG or JPEG, and how large it is by itself, in millimetres."""

    content: bytes
    width: float
    height: float

    def within(self, width: float, height: float) -> tuple[float, float]:
        """Its size where it may be so large, with its proportions; never larger than by itself."""
        scale = min(1, width / self.width, height / self.height)
        return self.width * scale, self.height * scale


def mark(place: int) -> str:
    """What stands in a text for a picture."""
    return f"{OPEN}{place}{CLOSE}"


def read_all(named: Sequence[Mapping[str, Any]], store: Store) -> list[Picture]:
    """The pictures of a document: `{"file": id, "name": name}` each. Raises Undeliverable."""
    return [_read(each, store) for each in named]


def logo_of(folder: Path) -> Picture:
    """The logo of the workspace in this folder. Raises Undeliverable."""
    try:
        return picture((folder / LOGO).read_bytes())
    except FileNotFoundError as error:
        raise Undeliverable(Reason("there is no {name} in the folder of the workspace", {"name": LOGO})) from error
    except UNREADABLE as error:
        raise Undeliverable(Reason("the picture “{name}” cannot be read", {"name": LOGO})) from error


def _read(named: Mapping[str, Any], store: Store) -> Picture:
    try:
        return picture(b"".join(store.read(UUID(named["file"]))))
    except FileNotFoundError as error:
        raise Undeliverable(Reason("the file “{name}” is not there any more", {"name": named["name"] or ""})) from error
    except UNREADABLE as error:
        raise Undeliverable(Reason("the picture “{name}” cannot be read", {"name": named["name"] or ""})) from error


def picture(data: bytes) -> Picture:
    """A content as it is printed: upright, no sharper than paper shows. Raises ValueError, OSError."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data), formats=FORMATS) as found:
        found.draft(None, (SHARPEST, SHARPEST))
        if found.width * found.height > MOST_PIXELS:
            raise ValueError("it has too many pixels")
        upright = ImageOps.exif_transpose(found).convert("RGBA" if found.has_transparency_data else "RGB")
        form = "JPEG" if found.format in ("JPEG", "WEBP") and upright.mode == "RGB" else "PNG"
    upright.thumbnail((SHARPEST, SHARPEST))
    upright.save(written := io.BytesIO(), form, quality=85)
    return Picture(written.getvalue(), *(each * 25.4 / PER_INCH for each in upright.size))
