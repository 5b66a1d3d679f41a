"""A text for print: Markdown by language, with holes, loops and choices over a record.

`{% for line in lines %}…{% end %}` comes for each of a list, `{% if paid %}…{% else %}…{% end %}` where a condition
holds. A field of the kind image or signature shows its picture. The step `create_document` makes a PDF of it.
"""

from __future__ import annotations

from customary.engine.definitions.shapes import LABEL, TEXT, WAS, YES_NO, mapping, one_of, told

SHAPE = mapping(
    "a document",
    {
        "label": told(LABEL, "what people call it"),
        "help": told(LABEL, "a sentence that explains it"),
        "about": told(TEXT, "the entity whose fields its holes may use", of="entity"),
        "title": told(LABEL, "its title, which names its file too"),
        "body": told(LABEL, "its text, in Markdown: headings, lists, tables, bold, links"),
        "footer": told(LABEL, "a line at the foot of every page, beside its number"),
        "paper": told(one_of(("a4", "letter"), "paper"), "a4 where it is left out"),
        "landscape": told(YES_NO, "true lays the paper on its side"),
        "logo": told(YES_NO, "true: the picture logo.png in the folder of the workspace stands at the head"),
        "was": told(WAS, "its old name"),
    },
    required=("about", "title", "body"),
)
