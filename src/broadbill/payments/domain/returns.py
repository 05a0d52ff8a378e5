"""Why a bank gives a collection back, what that means for the mandate, and whether it may be asked for again.

Source: SEPA: ISO 20022 ExternalReturnReason1Code and the R-transaction reasons of the EPC rulebook. ACH: Nacha
Operating Rules, Appendix Four, Part 4.2, Table of Return Reason Codes; subsection 2.13.4 (only R01 and R09 may be
presented again without a new word of the payer); 3.12 (R05, R07, R10, R29: the payer says that it is not authorised).
"""

from __future__ import annotations

from dataclasses import dataclass

UNSAID = "MS03"


@dataclass(frozen=True, slots=True)
class Return:
    """Why a collection came back. `stops` ends the mandate; after a `may_retry` the money is asked for again."""

    says: str
    stops: bool = False
    may_retry: bool = False


SEPA_RETURNS = {
    "AC01": Return("the IBAN is wrong", stops=True),
    "AC04": Return("the bank account is closed", stops=True),
    "AC06": Return("the bank account is blocked"),
    "AC13": Return(
        "it is the account of a consumer, where no debits between businesses are taken", stops=True
    ),
    "AG01": Return("the bank account takes no direct debits", stops=True),
    "AG02": Return("the bank does not know this kind of collection"),
    "AM04": Return("the bank account did not hold enough", may_retry=True),
    "AM05": Return("the bank had it twice"),
    "BE05": Return("the bank does not know our creditor identifier"),
    "CNOR": Return("our bank is not known to the payer's"),
    "DNOR": Return("the payer's bank takes no direct debits", stops=True),
    "FF01": Return("the file's format is wrong"),
    "MD01": Return("there is no valid mandate", stops=True),
    "MD02": Return("the mandate's data are wrong or missing"),
    "MD06": Return("the payer asked for the money back"),
    "MD07": Return("the payer has died", stops=True),
    "MS02": Return("the payer refused it"),
    "MS03": Return("the bank gives no reason"),
    "RC01": Return("the BIC is wrong", stops=True),
    "RR01": Return("the payer's account or identification is missing"),
    "RR02": Return("the payer's name or address is missing"),
    "RR03": Return("our name or address is missing"),
    "RR04": Return("an authority holds it back"),
    "SL01": Return("the payer's bank holds it back as the payer wishes"),
}
ACH_RETURNS = {
    "R01": Return("the bank account did not hold enough", may_retry=True),
    "R02": Return("the bank account is closed", stops=True),
    "R03": Return("no bank account of this number and name was found", stops=True),
    "R04": Return("the account number is wrong", stops=True),
    "R05": Return("a consumer's account was debited as a business's, which was not authorised", stops=True),
    "R06": Return("our bank asked for it back"),
    "R07": Return("the payer revoked the authorisation", stops=True),
    "R08": Return("the payer stopped the payment"),
    "R09": Return("the money of the bank account is not yet collected", may_retry=True),
    "R10": Return("the payer says that it was not authorised", stops=True),
    "R11": Return("the payer says that it is not as authorised"),
    "R12": Return("the branch was sold to another bank", stops=True),
    "R13": Return("the routing number is none of a bank that takes ACH", stops=True),
    "R14": Return("who keeps the account for the payer has died or can no longer do it", stops=True),
    "R15": Return("the payer or holder of the account has died", stops=True),
    "R16": Return("the bank account is frozen"),
    "R17": Return("the bank could not process the entry, or thinks it questionable"),
    "R18": Return("the effective entry date is wrong"),
    "R19": Return("the amount is wrong"),
    "R20": Return("the bank account takes no such debits", stops=True),
    "R21": Return("our company identification is wrong"),
    "R22": Return("the individual's identification is wrong"),
    "R23": Return("the receiver refused a credit"),
    "R24": Return("the bank had it twice"),
    "R25": Return("an addenda record is wrong"),
    "R26": Return("a mandatory field is wrong"),
    "R27": Return("a trace number is wrong"),
    "R28": Return("the routing number's check digit is wrong", stops=True),
    "R29": Return("the business says that it was not authorised", stops=True),
    "R30": Return("the bank takes no part in check truncation"),
    "R31": Return("our bank agreed to take it back"),
    "R32": Return("the payer's bank cannot settle it"),
    "R33": Return("a destroyed check was given back"),
    "R34": Return("the payer's bank may take part only in a limited way", stops=True),
    "R35": Return("such a debit is not permitted"),
    "R36": Return("such a credit is not permitted"),
    "R37": Return("the check it stands for was presented too"),
    "R38": Return("the check it stands for was stopped"),
    "R39": Return("the check it stands for is improper"),
    "R40": Return("a federal agency gave an enrolment back"),
    "R41": Return("the transaction code of an enrolment is wrong"),
    "R42": Return("the routing number of an enrolment is wrong"),
    "R43": Return("the account number of an enrolment is wrong"),
    "R44": Return("the identification of an enrolment is wrong"),
    "R45": Return("the name of an enrolment is wrong"),
    "R46": Return("the representative payee of an enrolment is wrong"),
    "R47": Return("the enrolment came twice"),
    "R50": Return("state law does not permit to present this check again"),
    "R51": Return("the check may not be presented again so"),
    "R52": Return("the check was stopped"),
    "R53": Return("check and entry were both presented"),
    "R61": Return("a return was sent to the wrong bank"),
    "R62": Return("a reversal did not put right what it should"),
    "R67": Return("the return came twice"),
    "R68": Return("the return came too late"),
    "R69": Return("fields of a return are wrong"),
    "R70": Return("a return was not asked for"),
    "R71": Return("a dishonoured return was sent to the wrong bank"),
    "R72": Return("a dishonoured return came too late"),
    "R73": Return("the first return was in time"),
    "R74": Return("a return was put right"),
    "R75": Return("the return had not come twice"),
    "R76": Return("no fields of the return were wrong"),
    "R77": Return("the payer's bank does not take the dishonoured return"),
    "R80": Return("an international entry is coded wrong"),
    "R81": Return("the gateway takes no part in international entries"),
    "R82": Return("the foreign bank's identification is wrong"),
    "R83": Return("the foreign bank cannot settle it"),
    "R84": Return("the gateway did not process it"),
    "R85": Return("an international payment is coded as one at home"),
}
RETURNS = SEPA_RETURNS | ACH_RETURNS


def returned_as(code: str) -> Return:
    """What the code means; one that is not known is treated as no reason given."""
    return RETURNS.get(code, RETURNS[UNSAID])


# What the letter to the customer says in plain words, in each language; nothing is written about who has died.
PLAIN = {
    "funds": ("AM04", "R01", "R09"),
    "account": (
        "AC01",
        "AC04",
        "AC13",
        "AG01",
        "DNOR",
        "RC01",
        "R02",
        "R03",
        "R04",
        "R12",
        "R13",
        "R20",
        "R28",
        "R34",
    ),
    "blocked": ("AC06", "RR04", "R16"),
    "authority": ("MD01", "MD02", "R05", "R07", "R10", "R11", "R29"),
    "refused": ("MD06", "MS02", "SL01", "R08"),
    "nothing": ("MD07", "R14", "R15"),
}
PLAIN_BY_CODE = {code: reason for reason, codes in PLAIN.items() for code in codes}


def plain_reason(code: str) -> str:
    """funds, account, blocked, authority, refused or bank; empty where no letter is written."""
    reason = PLAIN_BY_CODE.get(code, "bank")
    return "" if reason == "nothing" else reason
