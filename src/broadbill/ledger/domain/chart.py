"""The chart every Broadbill starts with. Codes are stable; a bookkeeper may map them to a national chart."""

from __future__ import annotations

CASH = 1000
CHEQUES = 1010
BANK = 1020
GATEWAYS = 1030
RECEIVABLES = 1100
DEFERRED_REVENUE = 2100
TAX_PAYABLE = 2200
DEPOSITS = 2300
VOUCHERS = 2400
OPENING_BALANCES = 3000
REVENUE = 4000
ALLOWANCES = 4100
BREAKAGE = 4200
GATEWAY_FEES = 5000
BANK_FEES = 5010
BAD_DEBT = 5100

CHART: tuple[tuple[int, str, str], ...] = (
    (CASH, "Cash", "asset"),
    (CHEQUES, "Cheques received", "asset"),
    (BANK, "Bank", "asset"),
    # What payment gateways owe us until they pay out.
    (GATEWAYS, "Payment gateways", "asset"),
    (RECEIVABLES, "Receivables", "asset"),
    (DEFERRED_REVENUE, "Deferred revenue", "liability"),
    (TAX_PAYABLE, "Tax payable", "liability"),
    (DEPOSITS, "Customer deposits", "liability"),
    (VOUCHERS, "Vouchers outstanding", "liability"),
    (OPENING_BALANCES, "Opening balances", "equity"),
    (REVENUE, "Service revenue", "income"),
    (ALLOWANCES, "Allowances given", "income"),
    (BREAKAGE, "Breakage of vouchers", "income"),
    (GATEWAY_FEES, "Gateway fees", "expense"),
    (BANK_FEES, "Bank fees", "expense"),
    (BAD_DEBT, "Bad debt", "expense"),
)
