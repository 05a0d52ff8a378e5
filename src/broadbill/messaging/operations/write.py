"""Writing a letter in the reader's language from the packaged templates (`letters/<kind>/<language>.txt`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.template import Context, Engine
from django.utils.translation import get_language_info

from broadbill.messaging.domain.drafts import AttachmentReference, Draft
from broadbill.messaging.domain.letter import letter

LETTERS = Path(__file__).parent.parent / "letters"
FALLBACK = "en"
MISSING = "\N{WHITE SQUARE WITH ROUNDED CORNERS}missing %s\N{WHITE SQUARE WITH ROUNDED CORNERS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A letter of a kind, to be sent to any number of readers. `language` is the one it is really in."""

    kind: str
    language: str
    subject: str
    text: str
    html: str

    def to(
        self,
        recipient: str,
        *,
        object_type: str,
        object_id: str,
        account_id: int | None = None,
        attachments: tuple[AttachmentReference, ...] = (),
    ) -> Draft:
        """The message for one reader, about the object: each reader gets one of this kind about it, ever.

        Without an account it is for the staff.
        """
        return Draft(
            kind=self.kind,
            object_type=object_type,
            object_id=object_id,
            recipient=recipient,
            language=self.language,
            subject=self.subject,
            text=self.text,
            html=self.html,
            attachments=attachments,
            account_id=account_id,
        )


@cache
def engine() -> Engine:
    return Engine(dirs=[str(LETTERS)], string_if_invalid=MISSING)


@cache
def language_of(kind: str, tag: str) -> str:
    """The plain language there is a letter in, English if there is none in the one asked for.

    Raises: LookupError for a kind without letters (a caller's bug).
    """
    if not (LETTERS / kind / f"{FALLBACK}.txt").is_file():
        raise LookupError(f"there are no letters of kind {kind!r}")
    language = tag.replace("_", "-").partition("-")[0].lower()
    known = language.isalpha() and (LETTERS / kind / f"{language}.txt").is_file()
    return language if known else FALLBACK


def write(*, kind: str, language: str, facts: Mapping[str, object]) -> Written:
    """The letter of that kind with its facts filled in; they come in words of the reader's language already, one by one
    or as a list of such tables.

    Raises: LookupError for an unknown kind, ValueError for a fact that the letter needs and nobody gave (both
    a caller's bug).
    """
    really = language_of(kind, language)
    filled = engine().get_template(f"{kind}/{really}.txt").render(Context(dict(facts), autoescape=False))
    if MISSING[0] in filled:
        raise ValueError(f"a {kind} letter lacks facts: {filled}")
    said = letter(filled)
    shown = {
        "language": really,
        "is_mirrored": get_language_info(really)["bidi"],
        "subject": said.subject,
        "blocks": said.blocks,
    }
    html = engine().get_template("layout.html").render(Context(shown, autoescape=True))
    return Written(kind=kind, language=really, subject=said.subject, text=said.text, html=html)
