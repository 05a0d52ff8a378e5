"""`broadbill status`: what runs in this home."""

from __future__ import annotations

import json
from typing import Any

import typer

from broadbill import __version__
from broadbill.cli import running
from broadbill.core.errors import DomainError
from broadbill.kernel.home import Home, current_home
from broadbill.kernel.postgres import EmbeddedServer, check_server, connection_parameters, is_embedded
from broadbill.kernel.postgres.connection import place


def status(as_json: bool = typer.Option(False, "--json", help="Print one JSON object.")) -> None:
    """Tell what runs in this home. Starts nothing. Exit code 0 when pages, worker and database are well, else 1."""
    facts = look_at(current_home())
    if as_json:
        print(json.dumps(facts, indent=2))
    else:
        database, pages = facts["database"], facts["pages"]
        print(f"Broadbill {facts['version']} in {facts['home']}")
        print(
            f"database  {database['state']:<9} {database['where']}  {database['version'] or database['problem'] or ''}"
        )
        print(f"pages     {pages['state']:<9} {pages['address'] or ''}")
        print(f"worker    {facts['worker']['state']}")
    if facts["status"] != "ok":
        raise typer.Exit(1)


def look_at(home: Home) -> dict[str, Any]:
    """The state of database, pages and worker, as `status --json` prints it."""
    up = running.running_in(home)
    health = (up.health() if up else None) or {}
    database = _database(home)
    pages = {"state": "running" if health else "stopped", "address": up.address if up else None}
    worker = {"state": "running" if health.get("worker") == "ok" else "stopped"}
    is_well = database["state"] == "running" and health.get("status") == "ok"
    return {
        "status": "ok" if is_well else "failing",
        "version": __version__,
        "home": str(home.folder),
        "pid": up.pid if up else None,
        "database": database,
        "pages": pages,
        "worker": worker,
    }


def _database(home: Home) -> dict[str, Any]:
    embedded = is_embedded()
    if embedded and (not home.folder.exists() or EmbeddedServer(home).process() is None):
        return {
            "state": "stopped",
            "embedded": True,
            "where": str(home.folder),
            "version": None,
            "problem": None,
        }
    where = place(connection_parameters(home))
    try:
        version = f"PostgreSQL {check_server(home)}"
    except DomainError as error:
        return {
            "state": "failing",
            "embedded": embedded,
            "where": where,
            "version": None,
            "problem": str(error),
        }
    return {"state": "running", "embedded": embedded, "where": where, "version": version, "problem": None}
