"""A letter of the outbox as a mail: its headers, its text, and the same as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from html import escape
from typing import Any

from customary.engine.messages import html
from customary.engine.messages.enclosed import Enclosed
from customary.engine.messages.outbox import Letter

UNSUBSCRIBE = {
    "en": "No more mails of this kind",
    "zh": "不再接收此类邮件",
    "el": "Να μη λαμβάνω πια τέτοια μηνύματα",
}


@dataclass(frozen=True)
class House:
    """What the settings say of mail as a whole. `site` is the web address, `mailboxes` are those that answers go to."""

    mail: Mapping[str, Any]
    site: str = ""
    mailboxes: Mapping[str, Mapping[str, Any]] | None = None

    @property
    def sender(self) -> str:
        return str(self.mail.get("from") or self.mail.get("user") or f"customary@{self.mail['host']}")

    def mailbox(self, letter: Letter) -> Mapping[str, Any]:
        """The mailbox that a letter goes out from; nothing where it goes out from none, or from one that is gone."""
        return (self.mailboxes or {}).get(str((letter.details or {}).get("mailbox")), {})

    def tracks(self, letter: Letter) -> bool:
        """Whether it is noted that a letter was opened and what was clicked in it."""
        can = self.site and letter.token and "markdown" in (letter.details or {})
        return bool(can and self.mail.get("tracking") and not letter.is_private)


def email(letter: Letter, house: House, enclosed: Iterable[Enclosed] = ()) -> EmailMessage:
    """The mail that is handed over, with what goes with it. Raises ValueError for what no header can hold."""
    details, sender = letter.details or {}, _sender(letter, house)
    # Long addresses in headers are neither folded nor encoded, which not all who read them understand.
    mail = EmailMessage(policy.default.clone(max_line_length=998))
    mail["From"] = sender
    mail["To"] = letter.recipient
    mail["Subject"] = _subject(letter, house)
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = message_id(letter, house)
    for name, value in _headers(letter, house).items():
        mail[name] = value
    # Setting the content takes all headers of contents away, so what is said of it comes after.
    mail.set_content(letter.body + _foot(letter, house))
    mail["Content-Language"] = letter.language
    if "markdown" in details and len(details["markdown"]) <= html.LONGEST:
        mail.add_alternative(_html(letter, house), subtype="html")
    for each in enclosed:
        main, _, sub = each.type.partition("/")
        main, sub = (main, sub) if main not in ("message", "multipart") else ("application", "octet-stream")
        mail.add_attachment(each.data, main, sub or "octet-stream", filename=each.name)
    return mail


def message_id(letter: Letter, house: House) -> str:
    """By its id, so that an answer leads back to it, and a mail that goes out twice can be told to be one."""
    return f"<{letter.id}@{parseaddr(_sender(letter, house))[1].rpartition('@')[2] or 'customary'}>"


def unsubscribe_link(letter: Letter, house: House) -> str | None:
    """The address of the page on which the receiver takes leave of this sort of mail."""
    asked = (letter.details or {}).get("sort") and house.site and letter.token
    return f"{house.site}/unsubscribe/{letter.token}" if asked else None


def _sender(letter: Letter, house: House) -> str:
    if said := (letter.details or {}).get("from"):
        return str(said)
    own = house.mailbox(letter).get("address")
    return formataddr((parseaddr(house.sender)[0], str(own))) if own else house.sender


def _subject(letter: Letter, house: House) -> str:
    by_subject = house.mailbox(letter).get("token") == "subject" and letter.token and letter.token not in letter.subject
    return f"{letter.subject} [#{letter.token}]" if by_subject else letter.subject


def _headers(letter: Letter, house: House) -> dict[str, str]:
    details, box, found = letter.details or {}, house.mailbox(letter), {}
    if not details.get("by_hand"):
        found["Auto-Submitted"] = "auto-replied" if details.get("answers") else "auto-generated"
    if details.get("in_reply_to"):
        found["In-Reply-To"] = details["in_reply_to"]
        found["References"] = " ".join(details.get("references") or [details["in_reply_to"]])
    if box.get("token") == "address" and letter.token:
        name, _, domain = str(box["address"]).rpartition("@")
        found["Reply-To"] = f"{name}+{letter.token}@{domain}"
    if link := unsubscribe_link(letter, house):
        found["List-Unsubscribe"] = f"<{link}>"
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        found["Precedence"] = "bulk"
    return found


def _foot(letter: Letter, house: House) -> str:
    link = unsubscribe_link(letter, house)
    return f"\n\n-- \n{_leave(letter)}: {link}\n" if link else ""


def _html(letter: Letter, house: House) -> str:
    link, tracks = unsubscribe_link(letter, house), house.tracks(letter)
    foot = f'<footer><a href="{escape(link)}">{escape(_leave(letter))}</a></footer>' if link else ""
    if tracks:
        foot += f'<img src="{house.site}/mail-opened/{letter.token}" width="1" height="1" alt="">'

    def led(number: int, _: str) -> str:
        return f"{house.site}/mail-link/{letter.token}/{number}"

    return html.page(letter.details["markdown"], escape(letter.language), led=led if tracks else None, foot=foot)


def _leave(letter: Letter) -> str:
    return UNSUBSCRIBE.get(letter.language.partition("_")[0], UNSUBSCRIBE["en"])
