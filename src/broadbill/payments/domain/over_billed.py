"""How a customer is told, in one line, why money goes back to them that nobody asked for."""

from __future__ import annotations

from typing import Final

BILLED_TOO_MUCH: Final = {
    "en": "We billed you too much; {number} puts it right.",
    "ar": "حاسبناك بأكثر مما يجب، و{number} يصحح ذلك.",
    "de": "Wir haben Ihnen zu viel berechnet; {number} stellt es richtig.",
    "es": "Le facturamos de más; {number} lo corrige.",
    "fr": "Nous vous avons trop facturé ; {number} le corrige.",
    "it": "Le abbiamo fatturato troppo; {number} lo corregge.",
    "nl": "We hebben u te veel berekend; {number} zet het recht.",
    "pt": "Faturámos-lhe a mais; {number} corrige-o.",
}


def billed_too_much(*, language: str, number: str) -> str:
    """In the customer's language, or in English. `number` is the document that corrects."""
    plain = language.replace("_", "-").partition("-")[0].lower()
    return BILLED_TOO_MUCH.get(plain, BILLED_TOO_MUCH["en"]).format(number=number)
