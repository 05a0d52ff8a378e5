"""`broadbill explain`: how a document came about."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from broadbill.billing.queries.explain import ExplainedDocument, ExplainedLine, FactRead


def explain(
    document: Annotated[str, typer.Argument(help="The document's number, e.g. 2026-000123.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show how each line of a document was calculated, and the facts it rests on."""
    from broadbill.cli.session import open_session

    open_session()
    from broadbill.billing.queries.explain import explain_document

    explained = explain_document(document)
    if as_json:
        print(json.dumps(asdict(explained), default=str, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_in_words(explained)))


def _in_words(document: ExplainedDocument) -> list[str]:
    currency = document.total.currency.code
    kind = document.kind.replace("_", " ").capitalize()
    words = [
        f"{kind} {document.number} of {document.issued_on}, account {document.account} {document.account_name}",
        f"Made by bill run {document.run} from rulebook {document.rulebook}; amounts in {currency}.",
    ]
    if document.corrects:
        words.append(f"Corrects {', '.join(document.corrects)}.")
    for line in document.lines:
        words += ["", *_line_in_words(line)]
    words += ["", f"{'Subtotal':<60}{document.subtotal!s:>14}"]
    words += [
        f"{f'{tax.name} {tax.rate.normalize():f} % of {tax.base}':<60}{tax.amount!s:>14}"
        for tax in document.taxes
    ]
    words.append(f"{'Total':<60}{document.total!s:>14}")
    words.append(f"Balance before it {document.balance_before}; due {document.due} by {document.due_on}.")
    return words


def _line_in_words(line: ExplainedLine) -> list[str]:
    period = f", {line.starts_on} to {line.ends_on}" if line.starts_on else ""
    subscription = f"{line.subscription} " if line.subscription else ""
    title = f"{line.position}. {subscription}{line.description}{period}"
    words = [f"{title:<60}{line.amount!s:>14}"]
    words += [f"     {step}" for step in line.because]
    words += [f"     rests on {_fact_in_words(fact)}" for fact in line.facts]
    return words


def _fact_in_words(fact: FactRead) -> str:
    detail = ", ".join(f"{key} {_plain(value)}" for key, value in fact.detail.items())
    told = f" ({detail})" if detail else ""
    return (
        f"fact {fact.number}: {fact.kind.replace('_', ' ')} on {fact.effective_on}{told},"
        f" recorded {fact.recorded_on} by {fact.recorded_by}"
    )


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
