"""What other systems call the types of fields: databases, spreadsheets, and the CRMs that people come from."""

from __future__ import annotations

SLIPS = {
    "number": ("integer", "decimal"),
    **dict.fromkeys(("int", "bigint", "smallint", "tinyint", "long", "whole_number"), ("integer",)),
    **dict.fromkeys(("float", "double", "real", "numeric", "double_precision"), ("decimal",)),
    **dict.fromkeys(("percentage",), ("percent",)),
    **dict.fromkeys(("currency", "price", "amount", "monetary"), ("money",)),
    **dict.fromkeys(("autonumber", "auto_increment", "serial", "sequence"), ("auto_number",)),
    **dict.fromkeys(("string", "str", "char", "varchar", "nvarchar", "single_line_text", "uuid"), ("text",)),
    **dict.fromkeys(("textarea", "text_area", "long_text_area", "multiline", "clob", "memo"), ("long_text",)),
    **dict.fromkeys(("html", "rich_text", "richtext", "rich_text_area"), ("markdown",)),
    **dict.fromkeys(("bool", "checkbox", "toggle", "switch", "flag", "yes_no", "bit"), ("boolean",)),
    **dict.fromkeys(("dropdown", "select", "picklist", "enum", "enumeration", "radio", "option"), ("choice",)),
    **dict.fromkeys(("multi_select", "multiselect", "multi_picklist", "multipicklist", "checkboxes"), ("choices",)),
    **dict.fromkeys(("label", "labels", "tag"), ("tags",)),
    **dict.fromkeys(("relation", "relationship", "lookup", "reference", "ref", "foreign_key"), ("link",)),
    **dict.fromkeys(("master_detail", "belongs_to", "many2one", "many_to_one", "association"), ("link",)),
    **dict.fromkeys(("many2many", "many_to_many", "associations"), ("links",)),
    **dict.fromkeys(("one2many", "one_to_many", "has_many", "children", "subform"), ("lines",)),
    "polymorphic": ("any_link",),
    **dict.fromkeys(("date_time", "timestamp", "timestamptz", "moment"), ("datetime",)),
    "day": ("date",),
    **dict.fromkeys(("interval", "timespan", "time_span"), ("duration",)),
    **dict.fromkeys(("owner", "person"), ("user",)),
    **dict.fromkeys(("attachment", "upload", "document", "blob", "binary"), ("file",)),
    **dict.fromkeys(("attachments", "documents"), ("files",)),
    **dict.fromkeys(("picture", "photo", "avatar", "logo"), ("image",)),
    **dict.fromkeys(("phone_number", "telephone", "tel", "mobile"), ("phone",)),
    **dict.fromkeys(("mail", "email_address", "e_mail"), ("email",)),
    **dict.fromkeys(("website", "uri", "hyperlink", "web_address"), ("url",)),
    **dict.fromkeys(("geolocation", "geo", "coordinates", "point"), ("location",)),
    **dict.fromkeys(("full_name", "fullname"), ("person_name",)),
    **dict.fromkeys(("object", "jsonb", "map", "dict"), ("json",)),
    **dict.fromkeys(("stars", "score"), ("rating",)),
    "colour": ("color",),
    **dict.fromkeys(("password", "encrypted", "encrypted_text"), ("secret",)),
}
"""Types by the words of others."""


def meant(word: str) -> str:
    """The remedy for a type that others know under this word; empty where nobody does.

    >>> meant("Picklist"), meant("number")
    ('Write “choice”.', 'Write “integer” or “decimal”.')
    """
    types = SLIPS.get(word.strip().lower().replace(" ", "_").replace("-", "_"), ())
    return f"Write {' or '.join(f'“{each}”' for each in types)}." if types else ""
