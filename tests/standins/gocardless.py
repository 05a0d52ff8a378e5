"""A stand-in for GoCardless over HTTP: from billing requests to payouts, as its API tells them.

It honours Idempotency-Key, pages by cursors, falls silent when it is told to, and signs webhooks of several events.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import itertools
import json
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "sandbox_standin"
SECRET = "webhook_standin"
# What a payment may be cancelled in.
EARLY = ("pending_customer_approval", "pending_submission")
PREFIX = {
    "billing_requests": "BRQ", "billing_request_flows": "BRF", "mandates": "MD", "payments": "PM", "refunds": "RF",
    "customers": "CU", "customer_bank_accounts": "BA", "events": "EV", "payouts": "PO",
}  # fmt: skip

Json = dict[str, Any]


class Refused(Exception):
    """An answer with an error."""

    def __init__(self, status: int, kind: str, reason: str, **links: str) -> None:
        super().__init__(reason)
        self.status = status
        self.error = {"type": kind, "code": status, "message": reason,
                      "errors": [{"reason": reason, "message": reason, "links": links}]}  # fmt: skip


@dataclass
class StandIn:
    """Its memory. `silence` is "before" or "after": the next payment or refund gets no answer."""

    address: str = ""
    things: dict[str, dict[str, Json]] = field(default_factory=lambda: {kind: {} for kind in PREFIX})
    items: dict[str, list[Json]] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    silence: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def add(self, kind: str, **thing: Any) -> Json:
        made = {"id": f"{PREFIX[kind]}{next(self.numbers):06}", **thing}
        self.things[kind][made["id"]] = made
        return made

    def sign_mandate(self, billing_request: str) -> Json:
        """What the customer does on GoCardless's page."""
        asked = self.things["billing_requests"][billing_request]
        customer = asked["links"].get("customer") or self.add("customers")["id"]
        account = self.add("customer_bank_accounts", bank_name="Barclays", account_number_ending="11")
        mandate = self.add("mandates", status="pending_submission",
                           links={"customer": customer, "customer_bank_account": account["id"]})  # fmt: skip
        asked["status"] = "fulfilled"
        asked["links"] |= {"customer": customer, "mandate_request_mandate": mandate["id"]}
        return self._event("billing_requests", "fulfilled", {"billing_request": billing_request})

    def tell(self, payment: str, status: str, *, action: str = "", cause: str = "") -> Json:
        """The bank says what became of a payment: its event."""
        self.things["payments"][payment]["status"] = status
        return self._event("payments", action or status, {"payment": payment}, cause)

    def pay_out(self, *items: tuple[str, int, Json], fee: str, amount: int, at: str) -> Json:
        """A payout with its items (type, minor units, links) and a fee, which may have a fraction."""
        payout = self.add("payouts", amount=amount, currency="EUR", created_at=at, status="paid")
        rows = [{"type": kind, "amount": f"{minor}.0", "links": links} for kind, minor, links in items]
        self.items[payout["id"]] = [*rows, {"type": "gocardless_fee", "amount": fee, "links": {}}]
        return payout

    def _event(self, resource: str, action: str, links: Json, cause: str = "") -> Json:
        return self.add(
            "events", resource_type=resource, action=action, links=links, details={"cause": cause}
        )


def webhook(*events: Json, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    """A webhook as GoCardless sends it: its body and headers."""
    body = json.dumps({"events": events, "meta": {"webhook_id": "WB1"}}).encode()
    return body, {"Webhook-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


@contextlib.contextmanager
def running() -> Iterator[StandIn]:
    standin = StandIn()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(standin))
    standin.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield standin
    finally:
        server.shutdown()
        server.server_close()


def _handler(standin: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve({})

        def do_POST(self) -> None:
            self._serve(json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}"))

        def _serve(self, body: Json) -> None:
            moves_money = self.command == "POST" and self.path in ("/payments", "/refunds")
            if moves_money and standin.silence == "before":
                return self._hang_up()
            try:
                _let_in(self.headers["Authorization"])
                with standin.lock:
                    answer = _answer(
                        standin, self.command, self.path, body, self.headers.get("Idempotency-Key")
                    )
                status = 200
            except Refused as refused:
                status, answer = refused.status, {"error": refused.error}
            if moves_money and standin.silence == "after":
                return self._hang_up()
            sent = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)
            return None

        def _hang_up(self) -> None:
            self.close_connection = True
            self.connection.close()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


def _let_in(authorization: str) -> None:
    if authorization != f"Bearer {TOKEN}":
        raise Refused(401, "invalid_api_usage", "access_token_not_found")


def _answer(standin: StandIn, method: str, target: str, body: Json, key: str | None) -> Json:
    path, _, query = target.partition("?")
    kind, _, rest = path.lstrip("/").partition("/")
    asked = dict(urllib.parse.parse_qsl(query))
    if kind == "payout_items":
        return {kind: standin.items[asked["payout"]], "meta": {"cursors": {"before": None, "after": None}}}
    things = standin.things[kind]
    if method == "GET" and not rest:
        return _page(kind, list(things.values()), asked)
    if method == "POST" and not rest:
        return {kind: _create(standin, kind, body[kind], key or "")}
    thing = things.get(rest.partition("/")[0])
    if thing is None:
        raise Refused(404, "invalid_api_usage", "resource_not_found")
    if rest.endswith("/actions/cancel"):
        if kind == "payments" and thing["status"] not in EARLY:
            raise Refused(422, "invalid_state", "cancellation_failed")
        thing["status"] = "cancelled"
    return {kind: thing}


def _create(standin: StandIn, kind: str, asked: Json, key: str) -> Json:
    if earlier := standin.keys.get((kind, key)):
        raise Refused(409, "invalid_state", "idempotent_creation_conflict", conflicting_resource_id=earlier)
    new = {"links": {}, "metadata": {}, **asked}
    match kind:
        case "billing_requests":
            new["status"] = "pending"
        case "billing_request_flows":
            new["authorisation_url"] = f"{standin.address}/flow/{asked['links']['billing_request']}"
        case "payments":
            mandate = standin.things["mandates"].get(asked["links"]["mandate"])
            if mandate is None:
                raise Refused(422, "validation_failed", "resource_not_found")
            if mandate["status"] == "cancelled":
                raise Refused(422, "invalid_state", "mandate_is_inactive")
            new |= {"status": "pending_submission", "amount_refunded": 0}
            new["links"]["customer"] = mandate["links"]["customer"]
        case "refunds":
            payment = standin.things["payments"][asked["links"]["payment"]]
            if asked["total_amount_confirmation"] != payment["amount_refunded"] + asked["amount"]:
                raise Refused(422, "validation_failed", "total_amount_confirmation_invalid")
            if asked["total_amount_confirmation"] > payment["amount"]:
                raise Refused(422, "validation_failed", "refund_is_more_than_the_payment")
            payment["amount_refunded"] += asked["amount"]
            new |= {"status": "paid", "currency": payment["currency"]}
    made = standin.add(kind, **new)
    standin.keys[kind, key] = made["id"]
    return made


def _page(kind: str, things: list[Json], asked: Json) -> Json:
    """Newest first, those that the links asked for, after the cursor."""
    found = [
        one for one in reversed(things)
        if all(one["links"].get(link) == asked[link] for link in ("payment", "customer") if link in asked)
        and asked.get("created_at[gte]", "") <= one.get("created_at", "~") < asked.get("created_at[lt]", "~~")
    ]  # fmt: skip
    begins = next((place + 1 for place, one in enumerate(found) if one["id"] == asked.get("after")), 0)
    shown = found[begins : begins + int(asked.get("limit", 50))]
    after = shown[-1]["id"] if len(found) > begins + len(shown) else None
    return {kind: shown, "meta": {"cursors": {"before": None, "after": after}}}
