"""Files of SEPA direct debits as ISO 20022 pain.008.001.08, made by the library sepaxml and held to its schema.

The library names message and batches at random and reads the clock; here both are told, so that statements can be
matched to a batch and the file says when it was made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import register_namespace, tostring

from defusedxml.ElementTree import fromstring
from sepaxml import SepaDD
from sepaxml.validation import try_valid_xml

SCHEMA = "pain.008.001.08"
NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"
# The Latin set that every bank takes: EPC217-08, §1.4.
OTHER_THAN_LATIN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


@dataclass(frozen=True, slots=True)
class Creditor:
    name: str
    iban: str
    bic: str
    creditor_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """`amount` in cents of euros; `sequence` is FRST or RCUR."""

    end_to_end: str
    amount: int
    sequence: str
    holder: str
    iban: str
    bic: str
    mandate: str
    signed_on: date
    text: str


def batch_of(message_id: str, sequence: str) -> str:
    """The name of the batch that the bank books in one sum."""
    return f"{message_id}-{sequence}"


def write_pain008(
    *,
    creditor: Creditor,
    instrument: str,
    due_on: date,
    message_id: str,
    made_at: datetime,
    collections: Sequence[Collection],
) -> bytes:
    """Raises: sepaxml.validation.ValidationError where the file would not fit the schema (a caller's bug)."""
    config = {"name": creditor.name, "IBAN": creditor.iban, "batch": True, "creditor_id": creditor.creditor_id,
              "currency": "EUR", "instrument": instrument}  # fmt: skip
    file = SepaDD(config | ({"BIC": creditor.bic} if creditor.bic else {}), schema=SCHEMA, clean=True)
    for each in collections:
        payment = {"name": each.holder, "IBAN": each.iban, "amount": each.amount, "type": each.sequence,
                   "collection_date": due_on, "mandate_id": each.mandate, "mandate_date": each.signed_on,
                   "description": each.text, "endtoend_id": each.end_to_end}  # fmt: skip
        file.add_payment(payment | ({"BIC": each.bic} if each.bic else {}))
    content = _named(file.export(validate=False), message_id, made_at)
    try_valid_xml(content, SCHEMA)
    return content


def _named(content: bytes, message_id: str, made_at: datetime) -> bytes:
    root = fromstring(content)
    space = {"p": NAMESPACE}
    for path, text in (
        (".//p:GrpHdr/p:MsgId", message_id),
        (".//p:GrpHdr/p:CreDtTm", made_at.strftime("%Y-%m-%dT%H:%M:%S")),
    ):
        for element in root.findall(path, space):
            element.text = text
    for batch in root.findall(".//p:PmtInf", space):
        sequence = batch.findtext("p:PmtTpInf/p:SeqTp", "", space)
        for element in batch.findall("p:PmtInfId", space):
            element.text = batch_of(message_id, sequence)
    for tag in ("Nm", "Ustrd"):
        for element in root.iter(f"{{{NAMESPACE}}}{tag}"):
            element.text = OTHER_THAN_LATIN.sub(" ", element.text or "").strip()
    register_namespace("", NAMESPACE)
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>' + body
