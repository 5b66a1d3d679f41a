"""A document about the record of a run, filled in and ready to be printed."""

from __future__ import annotations

from typing import Any

from customary.engine.automation.acting import Acting, CannotDo
from customary.engine.expressions.passage import TooLong
from customary.engine.fields.file import Attached
from customary.engine.messages.pdf import Sheet, escaped
from customary.engine.messages.pictures import MOST, mark
from customary.engine.model.message import Document


def filled_in(acting: Acting, name: str, language: str) -> tuple[Document, Sheet]:
    """A document and its sheet in a language. Raises CannotDo."""
    document = acting.work.model.documents.get(name)
    if document is None:
        raise CannotDo("there is no document “{name}” any more", name=name)
    pictures: list[dict[str, Any]] = []

    def shown(picture: Attached) -> str:
        named = {"file": str(picture.id), "name": picture.name}
        if named not in pictures:
            pictures.append(named)
        if len(pictures) > MOST:
            raise CannotDo("the document “{name}” shows more than {most} pictures", name=name, most=MOST)
        return mark(pictures.index(named))

    try:
        markdown = acting.passage(document.body, language, escaped, shown)
    except TooLong as error:
        raise CannotDo("the document “{name}” grows too long", name=name) from error
    sheet = Sheet(
        title=" ".join(acting.in_language(document.title, language).split())[:200],
        markdown=markdown,
        footer=acting.in_language(document.footer, language) if document.footer else "",
        paper=document.paper,
        landscape=document.landscape,
        language=language,
        pictures=pictures,
        logo=document.logo,
    )
    return document, sheet
