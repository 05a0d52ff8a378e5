"""The `broadbill` command.

A command's module is imported only when that command is called, so that `broadbill simulate` never loads Django and
`--help` answers at once. To add a command: write cli/<name>.py and a line in COMMANDS.
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass

import typer

from broadbill import __version__
from broadbill.cli.failures import exit_code, in_words


@dataclass(frozen=True)
class Command:
    """A command's name, the function (or typer.Typer with commands of its own) behind it, and its line in the help."""

    name: str
    target: str
    help: str


COMMANDS = (
    Command("up", "broadbill.cli.up:up", "Run database, pages and background work until Ctrl-C."),
    Command("down", "broadbill.cli.down:down", "Stop everything that runs in this home."),
    Command("status", "broadbill.cli.status:status", "Tell what runs in this home."),
    Command("doctor", "broadbill.cli.doctor:doctor", "Tell what is wrong and how to mend it."),
    Command("migrate", "broadbill.cli.migrate:migrate", "Bring the database's tables up to date."),
    Command("user", "broadbill.cli.user:users", "Add and change sign-ins of the staff."),
    Command("portal", "broadbill.cli.portal:portal", "Let customers see their bills and pay them."),
    Command("demo", "broadbill.cli.demo.command:demo", "Fill a demo provider with history and serve it."),
    Command("provider", "broadbill.cli.provider:provider", "Say who bills: name, address, bank, logo."),
    Command("plan", "broadbill.cli.plan:plans", "Say what is sold, and for how much."),
    Command("promotion", "broadbill.cli.promotion:promotions", "Say what is given away, to whom and when."),
    Command("coupon", "broadbill.cli.coupon:coupons", "Make coupons, redeem them, take them back."),
    Command("policy", "broadbill.cli.policy:policy", "Say by which conventions bills are made."),
    Command("tax", "broadbill.cli.tax:taxes", "Say what is due to the taxman."),
    Command(
        "import",
        "broadbill.cli.import_:import_records",
        "Read a customer list into an empty or growing Broadbill.",
    ),
    Command("discount", "broadbill.cli.discount:discount", "Give a customer a discount."),
    Command("outage", "broadbill.cli.outage:outage", "Record that service was out, and credit it."),
    Command("usage", "broadbill.cli.usage:usage", "Take in what meters counted."),
    Command("nas", "broadbill.cli.nas:servers", "Say which access servers let people in."),
    Command("access", "broadbill.cli.access:access", "Say who signs in by what, and how fast."),
    Command("network", "broadbill.cli.network:network", "Addresses: pools, who has which, who had it when."),
    Command("site", "broadbill.cli.site:sites", "Sites, devices, and what hangs under them."),
    Command("snmp", "broadbill.cli.snmp:snmp", "Devices watched; interfaces metered as lines."),
    Command("monitor", "broadbill.cli.monitor:monitor", "Whether devices answer; incidents found by probes."),
    Command("incident", "broadbill.cli.incident:incidents", "A site or a device is out; credit by rule."),
    Command("radius", "broadbill.cli.radius:radius", "Set FreeRADIUS up; tell what it answers."),
    Command("bill", "broadbill.cli.bill:bill", "Issue every invoice and credit note that is due."),
    Command("pay", "broadbill.cli.pay:pay", "Record money that came."),
    Command("card", "broadbill.cli.card:cards", "Charge cards that customers saved with a gateway."),
    Command("refund", "broadbill.cli.refund:refunds", "Give money back out of a customer's credit."),
    Command("dunning", "broadbill.cli.dunning:dunning", "Chase what is overdue, fairly."),
    Command("dispute", "broadbill.cli.dispute:disputes", "Lines that customers say are wrong."),
    Command("proof", "broadbill.cli.proof:proof", "Gateways, bank and books compared; what does not match."),
    Command("write-off", "broadbill.cli.write_off:write_off", "Write an invoice's debt off."),
    Command("write-offs", "broadbill.cli.write_off:write_offs", "Debts written off: agree, recover."),
    Command("bank", "broadbill.cli.bank:bank", "Take in bank statements and decide what was unsure."),
    Command("debit", "broadbill.cli.debit:debit", "Collect by SEPA direct debit."),
    Command("prepaid", "broadbill.cli.prepaid:prepaid", "Draw wallets down; sell passes."),
    Command("voucher", "broadbill.cli.voucher:vouchers", "Make, print, sell and redeem vouchers."),
    Command("statement", "broadbill.cli.statement:statement", "List an account's bills and payments."),
    Command("trial-balance", "broadbill.cli.trial_balance:trial_balance", "Print the books at a glance."),
    Command("ledger", "broadbill.cli.ledger:ledger", "Export the books for an accountant."),
    Command("report", "broadbill.cli.report:report", "Print figures read from the books."),
    Command("explain", "broadbill.cli.explain:explain", "Show how each line of a document was calculated."),
    Command("verify", "broadbill.cli.verify:verify", "Recompute every document and check every chain."),
    Command("audit", "broadbill.cli.audit:audit", "Find and correct what was billed wrong in a month."),
    Command("what-if", "broadbill.cli.what_if:what_if", "Try a change on a customer's real history."),
    Command("pdf", "broadbill.cli.pdf:pdf", "Write a document's PDF."),
    Command(
        "simulate", "broadbill.cli.simulate:simulate", "Compute the charges of a scenario without a database."
    ),
    Command(
        "scenario",
        "broadbill.cli.scenario:scenario",
        "Print an account's history as a scenario for simulate.",
    ),
)


def main() -> None:
    """Run the command line. A refusal is one line on stderr and exit code 1, or 2 when the input is at fault."""
    try:
        _run(sys.argv[1:])
    except Exception as error:
        refusal = in_words(error)
        if refusal is None:
            raise
        print(f"broadbill: {refusal}", file=sys.stderr)
        sys.exit(exit_code(error))


def _run(arguments: list[str]) -> None:
    """Run the command that was asked for; typer ends it with SystemExit, whatever came of it.

    One that ends with 1, because something is left to do, has done its work all the same.
    """
    try:
        _application(arguments)()
    except SystemExit:
        session = sys.modules.get("broadbill.cli.session")
        if session is not None:
            session.close_session()
        raise


def _application(arguments: list[str]) -> typer.Typer:
    """The command line with the one command that was asked for loaded, and the others known by name alone."""
    application = typer.Typer(
        name="broadbill",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    application.callback()(_options)
    asked_for = next((argument for argument in arguments if not argument.startswith("-")), None)
    for command in COMMANDS:
        target = _load(command) if command.name == asked_for else _unloaded
        if isinstance(target, typer.Typer):
            application.add_typer(target, name=command.name, help=command.help)
        else:
            application.command(command.name, help=None if command.name == asked_for else command.help)(
                target
            )
    return application


def _load(command: Command) -> typer.Typer:
    module, _, name = command.target.partition(":")
    target: typer.Typer = getattr(importlib.import_module(module), name)
    return target


def _unloaded() -> None:
    """Stands for a command that was not asked for."""
    raise AssertionError("a command was called that the command line did not ask for")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"broadbill {__version__}")
        raise typer.Exit


def _options(
    version: bool = typer.Option(  # eager: its callback does the work
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Broadbill, the billing system for internet service providers."""


if __name__ == "__main__":
    main()
