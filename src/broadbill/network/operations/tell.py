"""Telling one session what it needs: an order to its access server, and what came of it in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadbill.network.adapters.orders import Reply, Server, send_order
from broadbill.network.domain.deciding import Action, action_for
from broadbill.network.models import Session
from broadbill.network.queries.open_sessions import OpenSession, changeable_attributes


@dataclass(frozen=True, slots=True)
class Told:
    """What came of telling one session, in words."""

    words: str
    is_settled: bool
    is_final: bool = True


def tell(session: OpenSession, now: datetime) -> Told:
    """Order what the session needs; a server that cannot change it is told to end it, so that it begins anew."""
    action = action_for(
        wanted=session.wanted,
        wanted_pool=session.wanted_pool,
        told=session.told,
        told_pool=session.told_pool,
    )
    if action is None:
        return Told(f"session {session.acct_session_id} has {session.wanted} already", is_settled=True)
    if action is Action.DISCONNECT or session.coa_port is None:
        return end(session, now)
    reply = _order(session, action, now)
    if reply.kind == "acknowledged":
        Session.objects.filter(pk=session.id).update(klass=session.wanted)
        return Told(
            f"{session.nas} changed session {session.acct_session_id} to {session.wanted}", is_settled=True
        )
    if reply.kind == "refused":
        return end(session, now)
    return _unchanged(session, reply, now)


def end(session: OpenSession, now: datetime) -> Told:
    """Order its server to end it."""
    if session.coa_port is None or session.secret is None:
        return Told(f"{session.nas_address} is no access server of ours", is_settled=False)
    return _unchanged(session, _order(session, Action.DISCONNECT, now), now)


def _unchanged(session: OpenSession, reply: Reply, now: datetime) -> Told:
    name = f"session {session.acct_session_id}"
    if reply.kind == "acknowledged":
        return Told(f"{session.nas} ended {name}", is_settled=True)
    if reply.kind == "no_such_session":
        open_row = Session.objects.filter(pk=session.id, acctstoptime=None)
        open_row.update(acctstoptime=now, acctterminatecause="Lost-Report")
        return Told(f"{session.nas} knows no {name}", is_settled=True)
    if reply.kind == "refused":
        return Told(
            f"{session.nas} refused to end {name} (Error-Cause {reply.error_cause})", is_settled=False
        )
    return Told(f"{session.nas} did not answer for {name}", is_settled=False, is_final=False)


def _order(session: OpenSession, action: Action, now: datetime) -> Reply:
    attributes = session.identification()
    if action is Action.CHANGE:
        attributes += changeable_attributes(profile=session.wanted, nas=session.nas)
    assert session.coa_port is not None
    assert session.secret is not None
    server = Server(
        name=session.nas, address=session.nas_address, port=session.coa_port, secret=session.secret
    )
    return send_order(server=server, disconnect=action is Action.DISCONNECT, attributes=attributes, now=now)
