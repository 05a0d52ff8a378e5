"""Bank statements as banks write them, made from the documented layouts (ISO 20022 camt, pain; SWIFT MT940)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from broadbill.payments.models import Debit, DebitFile

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


def camt054(entries: Sequence[str], *, version: str = "08") -> bytes:
    """A notification of bookings, with the count and the sum that banks give instead of balances."""
    amounts = [Decimal(entry.partition('">')[2].partition("<")[0]) for entry in entries]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.{version}"><BkToCstmrDbtCdtNtfctn>'
        "<GrpHdr><MsgId>N1</MsgId><CreDtTm>2026-01-06T02:00:00</CreDtTm></GrpHdr>"
        f"<Ntfctn><Id>N-5</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct><TxsSummry><TtlNtries>"
        f"<NbOfNtries>{len(entries)}</NbOfNtries><Sum>{sum(amounts)}</Sum></TtlNtries></TxsSummry>"
        f"{''.join(entries)}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


def in_parts(entries: Sequence[str], total: str, *, reference: str, day: str) -> str:
    """The entries as the parts of one booking of money that went out."""
    head = camt_entry(total, out=True, reference=reference, day=day).partition("<NtryDtls>")[0]
    parts = []
    for entry in entries:
        amount = entry[entry.index("<Amt") : entry.index("</Amt>")] + "</Amt>"
        detail = entry[entry.index("<TxDtls>") + 8 : entry.index("</TxDtls>")]
        refs, rest = detail.split("</Refs>")
        parts.append(f"<TxDtls>{refs}</Refs>{amount}{rest}</TxDtls>")
    return f"{head}<NtryDtls>{''.join(parts)}</NtryDtls></Ntry>"


def rejected(debit: Debit, code: str) -> str:
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{debit.end_to_end}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf><OrgnlTxRef><Amt>"
        f'<InstdAmt Ccy="EUR">{debit.amount / 100:.2f}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>'
    )


def pain002(
    file: DebitFile,
    *rejections: str,
    status: str,
    code: str = "",
    batch_status: str = "",
    version: str = "03",
    message: str = "S1",
) -> bytes:
    """A bank's status report of a file of one batch (ISO 20022 pain.002)."""
    reason = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""
    group_status = f"<GrpSts>{status}</GrpSts>" if status else ""
    counted = (
        f"<NbOfTxsPerSts><DtldNbOfTxs>{len(rejections)}</DtldNbOfTxs><DtldSts>RJCT</DtldSts></NbOfTxsPerSts>"
        if rejections
        else ""
    )
    batch_says = f"<PmtInfSts>{batch_status}</PmtInfSts>" if batch_status else ""
    batch = (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{file.message_id}-FRST</OrgnlPmtInfId>{batch_says}{counted}"
        f"{''.join(rejections)}</OrgnlPmtInfAndSts>"
        if rejections or batch_status
        else ""
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>{message}</MsgId><CreDtTm>2026-01-20T08:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{file.message_id}</OrgnlMsgId>"
        f"<OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId><OrgnlNbOfTxs>{file.debits_count}</OrgnlNbOfTxs>"
        f"<OrgnlCtrlSum>{file.total / 100:.2f}</OrgnlCtrlSum>{group_status}{reason}</OrgnlGrpInfAndSts>"
        f"{batch}</CstmrPmtStsRpt></Document>"
    ).encode()
