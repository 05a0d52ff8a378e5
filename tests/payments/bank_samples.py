"""Bank statements as banks write them, made from the documented layouts (ISO 20022 camt.053; SWIFT MT940)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

IBAN = "DE89370400440532013000"


def camt_entry(
    amount: str,
    *,
    payer: str = "Kate Nwosu",
    iban: str = "DE02120300000000202051",
    text: str = "",
    reference: str = "",
    out: bool = False,
    day: str = "2026-01-05",
    end_to_end: str = "NOTPROVIDED",
) -> str:
    party = "Cdtr" if out else "Dbtr"
    return f"""<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{"DBIT" if out else "CRDT"}</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>
<AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>
<RltdPties><{party}><Pty><Nm>{payer}</Nm></Pty></{party}><{party}Acct><Id><IBAN>{iban}</IBAN></Id></{party}Acct></RltdPties>
<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def camt(entries: Sequence[str], *, opening: str = "100.00", closing: str, version: str = "08") -> bytes:
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{amount.lstrip("-")}</Amt>'
        f"<CdtDbtInd>{'DBIT' if Decimal(amount) < 0 else 'CRDT'}</CdtDbtInd><Dt><Dt>2026-01-05</Dt></Dt></Bal>"
        for code, amount in (("OPBD", opening), ("CLBD", closing))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>'
        "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-01-06T02:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>2026-5</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{balances}{''.join(entries)}</Stmt>"
        "</BkToCstmrStmt></Document>"
    ).encode()


MT940 = b""":20:STARTUMSE
:25:37040044/0532013000
:28C:00005/001
:60F:C260105EUR100,00
:61:2601050105CR30,00NTRFNONREF//B1
:86:166?00SEPA-UEBERWEISUNG?20EREF+NOTPROVIDED?21SVWZ+Rechnung 2026-0000?2201 vielen Dank
?30BYLADEM1?31DE02120300000000202051?32KATE NWOSU
:61:2601050105DR4,50NCHGNONREF//B2
:86:808?00ENTGELT?20Kontofuehrung
:62F:C260105EUR125,50
-
"""

CSV = b"date,amount,currency,payer,iban,reference\n2026-01-05,30.00,EUR,Kate Nwosu,,2026-000001\n"
