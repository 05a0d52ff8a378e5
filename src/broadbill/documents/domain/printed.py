"""A sheet turned into the words and figures that the layout places: plain strings, ready for JSON."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from babel import Locale

from broadbill.documents.domain.codes import code_128, qr_code
from broadbill.documents.domain.epc import compact, epc_payload
from broadbill.documents.domain.sheet import DocumentType, Line, PageSize, Sheet
from broadbill.documents.domain.wording import Wording

PAPER = {PageSize.A4: "a4", PageSize.LETTER: "us-letter"}


def printed(sheet: Sheet) -> dict[str, Any]:
    """Everything the layout needs, already in the reader's language. Equal sheets give equal results."""
    sheet = sheet.as_credited()
    words = Wording.of(sheet.language)
    title = words[sheet.type.value]
    bars, modules = code_128(sheet.barcode_text)
    return {
        "language": words.language,
        "rtl": Locale.parse(words.language).text_direction == "rtl",
        "region": words.locale.territory,
        "paper": PAPER[sheet.page_size],
        "hue": sheet.seller.brand_hue,
        "credit": sheet.type is DocumentType.CREDIT_NOTE,
        "title": title,
        "number": sheet.number,
        "issued_on": [sheet.issued_on.year, sheet.issued_on.month, sheet.issued_on.day],
        "continued": words.say("continued", title=f"{title} {sheet.number}"),
        "page": words["page"],
        "seller": seller(sheet, words),
        "buyer": [sheet.buyer.name, *sheet.buyer.address],
        "facts": facts(sheet, words),
        "hero": hero(sheet, words),
        "corrects": corrects(sheet, words),
        "columns": columns(sheet, words),
        "sections": [
            {"heading": heading, "lines": [line(each, words) for each in lines]}
            for heading, lines in groupby(sheet.lines, key=lambda each: each.section)
        ],
        "tax_columns": [words["tax"], words["rate"], words["taxable"], words["tax_amount"]],
        "taxes": [
            [
                row.name,
                "–" if row.rate is None else words.percent(row.rate),
                words.figure(row.base),
                words.figure(row.amount),
            ]
            for row in sheet.taxes
        ],
        "totals": totals(sheet, words),
        "notes": list(sheet.notes),
        "slip": slip(sheet, words),
        "barcode": {"svg": bars, "modules": modules, "text": grouped(sheet.barcode_text, sheet)},
    }


def seller(sheet: Sheet, words: Wording) -> dict[str, Any]:
    firm = sheet.seller
    labelled = (
        (words["tax_id"], firm.tax_id),
        (words["register"], firm.register),
        (words["iban"], in_fours(firm.iban)),
        (words["bic"], firm.bic),
    )
    return {
        "name": firm.name,
        "address": list(firm.address),
        "contact": list(firm.contact),
        "sender": " · ".join((firm.name, *firm.address)),
        "imprint": [f"{label} {value}" for label, value in labelled if value],
    }


def facts(sheet: Sheet, words: Wording) -> list[list[str]]:
    """The labelled facts beside the address."""
    rows = [
        (words[f"{sheet.type.value}_number"], sheet.number),
        (words["issued_on"], words.long_date(sheet.issued_on)),
        (words["due_on"], words.long_date(sheet.due_on) if sheet.due_on else ""),
        (words["service_period"], words.period(sheet.service_period) if sheet.service_period else ""),
        (words["account"], sheet.buyer.account_number),
        (words["buyer_tax_id"], sheet.buyer.tax_id),
    ]
    return [[label, value] for label, value in rows if value]


def hero(sheet: Sheet, words: Wording) -> dict[str, str]:
    """The one figure a reader looks for, with its label and its date."""
    if sheet.type is DocumentType.CREDIT_NOTE:
        return {"label": words["amount_credited"], "figure": words.money(sheet.total), "note": ""}
    if sheet.amount_due.minor <= 0:
        return {
            "label": words["amount_due"],
            "figure": words.money(sheet.amount_due),
            "note": words["nothing_due"],
        }
    by = words.say("by_date", date=words.long_date(sheet.due_on)) if sheet.due_on else ""
    return {"label": words["amount_due"], "figure": words.money(sheet.amount_due), "note": by}


def corrects(sheet: Sheet, words: Wording) -> str:
    if not sheet.corrects:
        return ""
    key = "corrects" if len(sheet.corrects) == 1 else "corrects_many"
    return words.say(key, numbers=", ".join(sheet.corrects))


def columns(sheet: Sheet, words: Wording) -> dict[str, str]:
    hint = "amounts_include_tax" if sheet.prices_include_tax else "amounts_in"
    return {
        "description": words["description"],
        "quantity": words["quantity"],
        "unit_price": words["unit_price"],
        "amount": words["amount"],
        "hint": words.say(hint, currency=sheet.total.currency.code),
    }


def line(each: Line, words: Wording) -> dict[str, str]:
    quantity = "" if each.quantity is None else words.number(each.quantity)
    return {
        "description": each.description,
        "note": each.note,
        "period": words.period(each.period) if each.period else "",
        "quantity": f"{quantity}\N{NO-BREAK SPACE}{each.unit}" if quantity and each.unit else quantity,
        "unit_price": ""
        if each.unit_amount is None
        else words.number(each.unit_amount, least=each.amount.currency.digits),
        "amount": words.figure(each.amount),
    }


def totals(sheet: Sheet, words: Wording) -> list[dict[str, Any]]:
    """The column of sums, weightier from top to bottom."""
    credit = sheet.type is DocumentType.CREDIT_NOTE
    rows: list[dict[str, Any]] = [
        {"label": words["subtotal"], "figure": words.figure(sheet.subtotal), "weight": "plain"}
    ]
    included = words["total_tax_included"] if sheet.prices_include_tax else ""
    for tax in sheet.taxes:
        rate = "" if tax.rate is None else f" {words.percent(tax.rate)}"
        label = f"{included} {tax.name}{rate}" if included else f"{tax.name}{rate}"
        rows.append({"label": label, "figure": words.figure(tax.amount), "weight": "plain"})
    final = words["total_credited"] if credit else words["total"]
    rows.append({"label": final, "figure": words.money(sheet.total), "weight": "total"})
    rows += [
        {
            "label": each.description or words[each.kind.value],
            "figure": words.figure(-abs(each.amount)),
            "weight": "plain",
        }
        for each in sheet.settlements
    ]
    if not credit and sheet.settlements:
        rows.append({"label": words["amount_due"], "figure": words.money(sheet.amount_due), "weight": "due"})
    return rows


def slip(sheet: Sheet, words: Wording) -> dict[str, Any]:
    """What stands at the foot: the payment slip, or a sentence saying that nothing is to be done."""
    notice = sheet.collection_notice if sheet.amount_due.minor > 0 else words["settled_notice"]
    if sheet.type is DocumentType.CREDIT_NOTE:
        notice = words["credit_notice"]
    if not sheet.asks_for_payment:
        return {"pay": False, "notice": notice, "heading": "", "rows": [], "qr": "", "scan": "", "hint": ""}
    reference = grouped(sheet.reference, sheet) if sheet.reference else sheet.number
    payee = ", ".join(filter(None, (sheet.seller.name, sheet.seller.bank_name)))
    rows = [
        (words["pay_to"], payee),
        (words["iban"], in_fours(sheet.seller.iban)),
        (words["bic"], sheet.seller.bic),
        (words["reference"], reference),
        (words["due_on"], words.long_date(sheet.due_on) if sheet.due_on else ""),
        (words["amount_due"], words.money(sheet.amount_due)),
    ]
    payload = epc_payload(sheet)
    return {
        "pay": True,
        "notice": "",
        "heading": words["slip"],
        "rows": [[label, value] for label, value in rows if value],
        "qr": qr_code(payload) if payload else "",
        "scan": words["scan_to_pay"],
        "hint": words["reference_hint"],
    }


def in_fours(code: str) -> str:
    """A long code in groups of four, as banks print it."""
    plain = compact(code)
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def grouped(text: str, sheet: Sheet) -> str:
    """The structured reference in fours; any other text as it is."""
    return in_fours(text) if text == sheet.reference and text.startswith("RF") else text
