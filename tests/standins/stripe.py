"""A stand-in for Stripe: localstripe behind a proxy of ours that adds what it lacks.

The proxy records calls, honours Idempotency-Key as Stripe does, knows Checkout sessions and disputes, finishes declined
charges with their decline code, falls silent when it is told to, and signs webhooks.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from broadbill.kernel.ports import free_port

KEY = "sk_test_standin"
SECRET = "whsec_standin"
PROGRAM = Path(sys.prefix) / "localstripe" / "bin" / "localstripe"
# What localstripe refuses and does not need.
UNKNOWN_THERE = ("description", "return_url", "error_on_requires_action")
# Cards by what they do: approve; ask the customer; be saved and then declined.
CARDS = {"approve": "4242424242424242", "challenge": "4000002500003155", "decline": "4000000000000341"}

Json = dict[str, Any]


@dataclass
class Call:
    method: str
    path: str
    key: str | None


@dataclass
class StandIn:
    """The proxy's memory. `silence` is "before" or "after": the next request that moves money gets no answer."""

    upstream: str
    address: str = ""
    calls: list[Call] = field(default_factory=list)
    answered: dict[str, tuple[str, int, bytes]] = field(default_factory=dict)
    sessions: dict[str, Json] = field(default_factory=dict)
    disputes: dict[str, Json] = field(default_factory=dict)
    # Its account with us, as balance transactions with their sources in full.
    account: list[Json] = field(default_factory=list)
    decline_code: str = "insufficient_funds"
    silence: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def ask(self, method: str, path: str, data: Json | None = None) -> Json:
        """A request straight to localstripe. Raises: urllib.error.HTTPError."""
        body = json.dumps(data).encode() if data is not None else None
        request = urllib.request.Request(self.upstream + path, body, method=method)  # our own address
        request.add_header("Authorization", f"Bearer {KEY}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=20) as answer:  # our own address
            return dict(json.load(answer))

    def save_card(self, session: str, card: str) -> None:
        """What the customer does on the Checkout page of a session that saves a card."""
        kept = self.sessions[session]
        method = self.ask(
            "POST",
            "/v1/payment_methods",
            {
                "type": "card",
                "card": {"number": CARDS[card], "exp_month": 12, "exp_year": 2030, "cvc": "123"},
            },
        )
        self.ask("POST", f"/v1/payment_methods/{method['id']}/attach", {"customer": kept["customer"]})
        kept["status"] = "complete"
        kept["setup_intent"] = {
            "id": f"seti_{session}",
            "object": "setup_intent",
            "payment_method": {**method, "customer": kept["customer"]},
        }

    def pay_session(self, session: str) -> Json:
        """What the customer does on the Checkout page of a session that pays once."""
        kept = self.sessions[session]
        customer = self.ask("POST", "/v1/customers", {"name": "Guest"})
        method = self.ask(
            "POST",
            "/v1/payment_methods",
            {
                "type": "card",
                "card": {"number": CARDS["approve"], "exp_month": 12, "exp_year": 2030, "cvc": "123"},
            },
        )
        self.ask("POST", f"/v1/payment_methods/{method['id']}/attach", {"customer": customer["id"]})
        intent = self.ask(
            "POST",
            "/v1/payment_intents",
            {"amount": kept["amount_total"], "currency": kept["currency"], "customer": customer["id"],
             "payment_method": method["id"], "confirm": True, "metadata": kept["metadata"]},
        )  # fmt: skip
        kept |= {"status": "complete", "payment_status": "paid", "payment_intent": intent}
        return intent

    def confirm(self, intent: str, *, success: bool = True) -> Json:
        """What the customer answers to their bank's challenge."""
        secret = self.ask("GET", f"/v1/payment_intents/{intent}")["client_secret"]
        return self.ask(
            "POST",
            f"/v1/payment_intents/{intent}/_authenticate",
            {"client_secret": secret, "success": success},
        )

    def dispute(self, intent: str, *, status: str = "needs_response") -> str:
        """The customer's bank takes a charge back, or decides; a dispute costs 15.00."""
        charge = self.ask("GET", f"/v1/payment_intents/{intent}")
        reference = f"dp_{intent[3:]}"
        self.disputes[reference] = {
            "id": reference, "object": "dispute", "payment_intent": intent, "amount": charge["amount"],
            "currency": charge["currency"], "reason": "fraudulent", "status": status,
            "balance_transactions": [{"object": "balance_transaction", "amount": -charge["amount"], "fee": 1500}],
        }  # fmt: skip
        return reference

    def move(self, kind: str, amount: int, source: Json | None, *, fee: int = 0, at: int = 0) -> None:
        """A line of the account, in minor units of EUR; `source` is the charge, refund, dispute or payout."""
        self.account.append(
            {"id": f"txn_{len(self.account) + 1}", "object": "balance_transaction", "type": kind, "amount": amount,
             "fee": fee, "net": amount - fee, "currency": "eur", "created": at, "source": source}
        )  # fmt: skip

    def made(self, path: str) -> list[Call]:
        """The requests that were made to a path."""
        return [call for call in self.calls if call.method == "POST" and call.path == path]


def webhook(
    kind: str,
    reference: str,
    event: str,
    *,
    secret: str = SECRET,
    age: int = 0,
    mode: str = "payment",
) -> tuple[bytes, dict[str, str]]:
    """A webhook as Stripe sends it, signed `v1`, so many seconds old: its body and headers."""
    thing = {"id": reference}
    if kind.startswith("checkout.session."):
        thing["mode"] = mode
    told = {"id": event, "object": "event", "type": kind, "data": {"object": thing}}
    body = json.dumps(told).encode()
    at = int(time.time()) - age
    signature = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return body, {"Stripe-Signature": f"t={at},v1={signature}"}


@contextlib.contextmanager
def running() -> Iterator[StandIn]:
    """localstripe and the proxy before it, for the time of the block."""
    port = free_port()
    process = subprocess.Popen(
        [str(PROGRAM), "--port", str(port), "--from-scratch"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    standin = StandIn(f"http://localhost:{port}")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(standin))
    standin.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        _wait(standin, process)
        yield standin
    finally:
        server.shutdown()
        server.server_close()
        process.kill()
        process.wait()


def _wait(standin: StandIn, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError):
            standin.ask("GET", "/v1/customers")
            return
        time.sleep(0.1)
    raise RuntimeError("localstripe did not start")


def _handler(standin: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve(b"")

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        def _serve(self, body: bytes) -> None:
            path = self.path.partition("?")[0]
            key = self.headers.get("Idempotency-Key") if self.command == "POST" else None
            standin.calls.append(Call(self.command, path, key))
            moves_money = self.command == "POST" and path in ("/v1/payment_intents", "/v1/refunds")
            if moves_money and standin.silence == "before":
                standin.silence = ""
                return self._hang_up()
            with standin.lock:
                status, answer = _once(standin, self.command, self.path, body, key)
            if moves_money and standin.silence == "after":
                standin.silence = ""
                return self._hang_up()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
            return None

        def _hang_up(self) -> None:
            self.close_connection = True
            self.connection.close()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


def _once(standin: StandIn, method: str, target: str, body: bytes, key: str | None) -> tuple[int, bytes]:
    """The stored answer for a key that was seen; another request under it is an error, as with Stripe."""
    path, _, query = target.partition("?")
    if key is None:
        return _answer(standin, method, path, query, body)
    asked = f"{path} {body!r}"
    if key in standin.answered:
        before, status, answer = standin.answered[key]
        if before != asked:
            return _error(400, "idempotency_error", "Keys can only be used with the same parameters.")
        return status, answer
    status, answer = _answer(standin, method, path, query, body)
    standin.answered[key] = (asked, status, answer)
    return status, answer


def _answer(standin: StandIn, method: str, path: str, query: str, body: bytes) -> tuple[int, bytes]:
    data = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
    if path.startswith("/v1/checkout/sessions"):
        return _session(standin, method, path, data)
    if path.startswith("/v1/disputes/"):
        found = standin.disputes.get(path.rpartition("/")[2])
        return (200, json.dumps(found).encode()) if found else _missing()
    asked = urllib.parse.parse_qs(query)
    if path == "/v1/balance_transactions":
        return _account(standin, asked)
    customer = asked.get("customer", [""])[0]
    if method == "GET" and path == "/v1/payment_intents":
        return 200, json.dumps(_intents_of(standin, customer, asked)).encode()
    if refusal := _not_seen_there(standin, method, path, data):
        return refusal
    for unknown in UNKNOWN_THERE:
        data.pop(unknown, None)
    return _forward(standin, method, path, query, data)


def _forward(standin: StandIn, method: str, path: str, query: str, data: dict[str, str]) -> tuple[int, bytes]:
    address = f"{standin.upstream}{path}{'?' + query if query else ''}"
    sent = urllib.parse.urlencode(data).encode() if method == "POST" else None
    request = urllib.request.Request(address, sent, method=method)  # our own address
    request.add_header("Authorization", f"Bearer {KEY}")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # our own address
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as refused:
        return _refused(standin, path, refused.code, refused.read())


def _refused(standin: StandIn, path: str, status: int, answer: bytes) -> tuple[int, bytes]:
    """As Stripe says it: a declined card with its code and its intent, a missing thing by name."""
    if status == 404:
        return _missing()
    if status == 402 and path == "/v1/payment_intents":
        told = json.loads(answer)
        intent = standin.ask("GET", "/v1/payment_intents?limit=1")["data"][0]
        told["error"] |= {
            "type": "card_error",
            "decline_code": standin.decline_code,
            "payment_intent": intent,
        }
        return status, json.dumps(told).encode()
    return status, answer


def _session(standin: StandIn, method: str, path: str, data: dict[str, str]) -> tuple[int, bytes]:
    if method == "POST" and path == "/v1/checkout/sessions":
        reference = f"cs_test_{len(standin.sessions) + 1}"
        standin.sessions[reference] = {
            "id": reference, "object": "checkout.session", "mode": data["mode"], "status": "open",
            "payment_status": "unpaid", "url": f"{standin.address}/pay/{reference}", "customer": data.get("customer"),
            "setup_intent": None, "payment_intent": None, "currency": data.get("line_items[0][price_data][currency]"),
            "amount_total": int(data.get("line_items[0][price_data][unit_amount]", 0)),
            "payment_method_types": [data.get("payment_method_types[0]")],
            "metadata": {name[9:-1]: value for name, value in data.items() if name.startswith("metadata[")},
        }  # fmt: skip
        return 200, json.dumps(standin.sessions[reference]).encode()
    found = re.fullmatch(r"/v1/checkout/sessions/(\w+)(/expire)?", path)
    session = standin.sessions.get(found[1]) if found else None
    if session is None or found is None:
        return _missing()
    if found[2]:
        if session["status"] != "open":
            return _error(400, "invalid_request_error", "Only open sessions can be expired.")
        session["status"] = "expired"
    return 200, json.dumps(session).encode()


def _not_seen_there(
    standin: StandIn, method: str, path: str, data: dict[str, str]
) -> tuple[int, bytes] | None:
    """What Stripe refuses and localstripe lets pass: a detached method, more back than is left of a charge."""
    if method == "POST" and path == "/v1/payment_intents" and "payment_method" in data:
        with contextlib.suppress(urllib.error.HTTPError):
            if standin.ask("GET", f"/v1/payment_methods/{data['payment_method']}")["customer"] is None:
                return _error(400, "invalid_request_error", "The payment method was detached.")
    if method == "POST" and path == "/v1/refunds":
        intent = data["payment_intent"]
        given = standin.ask("GET", f"/v1/refunds?payment_intent={intent}")["data"]
        left = standin.ask("GET", f"/v1/payment_intents/{intent}")["amount"] - sum(
            one["amount"] for one in given
        )
        if int(data["amount"]) > left:
            return _error(400, "invalid_request_error", "Refund amount is greater than unrefunded amount.")
    return None


def _intents_of(standin: StandIn, customer: str, asked: dict[str, list[str]]) -> Json:
    """A page of a customer's PaymentIntents, newest first: localstripe lists everybody's."""
    found: list[Json] = []
    page = standin.ask("GET", "/v1/payment_intents?limit=100")
    while True:
        found += [one for one in page["data"] if one["customer"] == customer]
        if not page["has_more"]:
            break
        page = standin.ask("GET", f"/v1/payment_intents?limit=100&starting_after={page['data'][-1]['id']}")
    after, size = asked.get("starting_after", [""])[0], int(asked.get("limit", ["10"])[0])
    begins = next((place + 1 for place, one in enumerate(found) if one["id"] == after), 0)
    return page | {"data": found[begins : begins + size], "has_more": len(found) > begins + size}


def _account(standin: StandIn, asked: dict[str, list[str]]) -> tuple[int, bytes]:
    """The lines of a time, newest first; a source is told in full only where that is asked for, as with Stripe."""
    since, until = (int(asked[f"created[{bound}]"][0]) for bound in ("gte", "lt"))
    in_full = "data.source" in asked.get("expand[0]", [])
    found = [
        row if in_full or row["source"] is None else row | {"source": row["source"]["id"]}
        for row in reversed(standin.account)
        if since <= row["created"] < until
    ]
    told = {"object": "list", "url": "/v1/balance_transactions", "has_more": False, "data": found}
    return 200, json.dumps(told).encode()


def _missing() -> tuple[int, bytes]:
    return _error(404, "invalid_request_error", "No such thing.", code="resource_missing")


def _error(status: int, kind: str, message: str, **more: str) -> tuple[int, bytes]:
    return status, json.dumps({"error": {"type": kind, "message": message, **more}}).encode()
