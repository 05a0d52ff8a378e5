"""Triggers by which the database itself refuses to change what must not change.

django-pgtrigger installs and migrates them, but its own template lets any session switch a trigger off with
`SET pgtrigger.ignore`. `Guard` leaves that door out: only a superuser (`session_replication_role`) or the tables'
owner (`ALTER TABLE ... DISABLE TRIGGER`) gets past, and `broadbill verify` finds what they alter.
"""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db.models import Model
from pgtrigger import compiler

REFUSED = "restrict_violation"


class GuardSql(compiler.UpsertTriggerSql):
    """What installs a guard. Migrations refer to this class: its template may only change compatibly."""

    def get_template(self) -> str:
        return """
            CREATE OR REPLACE FUNCTION {pgid}()
            RETURNS TRIGGER AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class Guard(pgtrigger.Trigger):
    """A trigger that no session variable can switch off. Takes the arguments of pgtrigger.Trigger."""

    def compile(self, model: Model) -> compiler.Trigger:
        compiled = super().compile(model)
        arguments = {key: value for key, value in compiled.sql.kwargs.items() if key != "ignore_func_name"}
        return compiler.Trigger(name=self.name, sql=GuardSql(**arguments))


def append_only(
    *, reason: str, name: str = "append_only", condition: pgtrigger.Condition | None = None
) -> list[pgtrigger.Trigger]:
    """Guards that refuse UPDATE, DELETE and TRUNCATE of a table, for its model's `Meta.triggers`.

    `reason` finishes the database's message, such as "issued invoices never change; correct with a credit note".
    With `condition` (on OLD) only the rows that meet it are kept; TRUNCATE is refused all the same.
    """
    return [
        Guard(
            name=name,
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            condition=condition,
            func=_refusal(reason),
        ),
        refuse_truncate(reason=reason, name=f"{name}_truncate"),
    ]


def only_changing(*columns: str, reason: str, name: str = "only_changing") -> list[pgtrigger.Trigger]:
    """Guards that refuse DELETE, TRUNCATE and every UPDATE of another column than these."""
    return [
        Guard(
            name=name,
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            condition=pgtrigger.AnyChange(exclude=list(columns)),
            func=_refusal(reason),
        ),
        Guard(
            name=f"{name}_delete",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Delete,
            func=_refusal(reason),
        ),
        refuse_truncate(reason=reason, name=f"{name}_truncate"),
    ]


def refuse_truncate(*, reason: str, name: str = "refuse_truncate") -> pgtrigger.Trigger:
    """A guard that refuses to empty the table."""
    return Guard(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=_refusal(reason),
    )


def deferred_check(
    *, name: str, operation: Any, func: str, declare: list[tuple[str, str]] | None = None
) -> Guard:
    """A row-level check that runs at commit, when the whole transaction is on the table.

    `func` is PL/pgSQL; it raises to refuse and ends with RETURN NULL.
    """
    return Guard(
        name=name,
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=operation,
        timing=pgtrigger.Deferred,
        declare=declare,
        func=func,
    )


def _refusal(reason: str) -> str:
    quoted = reason.replace("'", "''").replace("%", "%%")
    return f"RAISE EXCEPTION '% of % refused: {quoted}', TG_OP, TG_TABLE_NAME USING ERRCODE = '{REFUSED}';"
