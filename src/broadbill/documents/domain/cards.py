"""Cards that are printed many to a page and cut apart: what each says, without where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.documents.domain.codes import qr_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`worth` of what `kind`, `code` what is typed, `scanned` what its QR code holds; two notes in small print."""

    worth: str
    kind: str
    code: str
    scanned: str
    notes: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSheet:
    """Cards of one kind. `logo` is an SVG drawing or empty; then the seller's name stands in its place."""

    title: str
    language: str
    seller: str
    logo: str
    brand_hue: int
    cards: tuple[Card, ...]


def as_printed(sheet: CardSheet) -> dict[str, object]:
    """What the layout reads."""
    return {
        "title": sheet.title,
        "language": sheet.language,
        "seller": sheet.seller,
        "logo": sheet.logo or None,
        "hue": sheet.brand_hue,
        "cards": [
            {
                "worth": card.worth,
                "kind": card.kind,
                "code": card.code,
                "qr": qr_code(card.scanned),
                "notes": card.notes,
            }
            for card in sheet.cards
        ],
    }
