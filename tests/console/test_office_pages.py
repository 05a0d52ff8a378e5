"""Every page of the office over real records: in order, in a fixed number of queries, for those who may."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from broadbill.accounts.domain.new_account import NewContact
from broadbill.accounts.models import Account
from broadbill.billing.models import BillRun, Document, RunDraft
from broadbill.billing.operations.drafts import ask_draft, post_draft, work_on
from broadbill.catalog.models import Plan
from broadbill.contracts.models import Subscription
from broadbill.contracts.operations.changes import suspend
from broadbill.identity.models import User
from broadbill.messaging.domain.drafts import Draft
from broadbill.messaging.models import Message
from broadbill.messaging.operations.enqueue import enqueue
from broadbill.payments.models import Payment
from tests.console.page_checker import problems
from tests.world import a_plan, a_subscription, an_account, at, bill_through, on, pay

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class World:
    """Amina owes for November and December, Blue Anchor is in credit, Cato is suspended."""

    plan: Plan
    amina: str
    anchor: str
    cato: str
    invoice: str
    run: int
    draft: int
    payment: str
    message: int
    subscription: int


@pytest.fixture
def world(db: None) -> World:
    plan = a_plan("fiber", "30.00")
    a_plan("fiber-500", "50.00")
    amina = an_account(
        "Amina <b>Haddad</b>",
        number="A/1",
        city="Lakeside",
        street="14 Quay Road",
        contacts=(NewContact(name="Amina", email="amina@home.example", phone="+352 621 555-012"),),
    )
    anchor, cato = an_account("Blue Anchor", number="A2"), an_account("Cato Major", number="A3")
    subscription = a_subscription(amina, plan, "2026-10-01")
    a_subscription(anchor, plan, "2026-10-01")
    stopped = a_subscription(cato, plan, "2026-10-01")
    run = bill_through("2026-11-01")
    suspend(subscription_id=stopped, on=on("2026-11-05"), now=at("2026-11-05"), actor="test")
    payment = pay(anchor, "100.00", "2026-11-03")
    draft = Draft(kind="invoice", object_type="invoice", object_id="1", recipient="amina@home.example", language="en",
                  subject="Your bill", text="Dear Amina\n\n60.00", account_id=amina)  # fmt: skip
    return World(
        plan=plan,
        amina="A/1",
        anchor="A2",
        cato="A3",
        invoice=Document.objects.filter(account_id=amina).order_by("id")[0].number,
        run=run.id,
        draft=a_draft("2026-12-01"),
        payment=payment.number,
        message=enqueue(draft=draft, now=at("2026-11-02")) or 0,
        subscription=subscription,
    )


def addresses(world: World) -> list[str]:
    service = f"/customers/{world.amina}/services/{world.subscription}"
    return [
        "/customers/",
        "/customers/?q=haddad",
        "/customers/?q=nobody",
        "/customers/?view=overdue",
        "/customers/?view=suspended",
        "/customers/?view=closed",
        f"/customers/{world.amina}/",
        f"/customers/{world.anchor}/?ledger=all",
        f"/customers/{world.cato}/",
        f"/customers/{world.amina}/history/",
        f"/customers/{world.amina}/next-bill/",
        f"/customers/{world.amina}/take-payment/",
        f"/customers/{world.anchor}/payments/{world.payment}/take-back/",
        f"/customers/{world.amina}/redeem-voucher/",
        f"/customers/{world.amina}/add-charge/",
        f"/customers/{world.amina}/give-credit/",
        f"/customers/{world.amina}/redeem-coupon/",
        f"/customers/{world.amina}/give-discount/",
        f"/customers/{world.amina}/record-outage/",
        f"{service}/change-plan/",
        f"{service}/suspend/",
        f"{service}/resume/",
        f"{service}/cancel/",
        "/invoices/",
        "/invoices/?q=nothing",
        f"/invoices/{world.invoice}/",
        "/approvals/",
        "/runs/",
        "/runs/new/",
        f"/runs/{world.run}/",
        f"/runs/drafts/{world.draft}/",
        f"/runs/drafts/{world.draft}/post/",
        f"/runs/drafts/{world.draft}/discard/",
        f"/runs/drafts/{world.draft}/customers/{world.amina}/",
        f"/runs/drafts/{world.draft}/customers/{world.amina}/leave-out/",
        "/network/",
        "/network/?q=nobody",
        "/network/not-reached/",
        "/plans/",
        "/plans/?view=retired",
        "/plans/fiber/",
        "/plans/fiber/copy/",
        "/plans/fiber/price/",
        "/plans/fiber/offer/",
        "/plans/fiber/retire/",
        "/plans/fiber/replace/",
        "/promotions/",
        "/promotions/new-discount/",
        "/promotions/new-referral/",
        "/vouchers/",
        "/vouchers/new/",
        "/imports/",
        "/imports/customers/",
        "/imports/usage/",
        "/outbox/",
        "/outbox/?state=queued",
        "/outbox/mailbox/",
        f"/outbox/{world.message}/",
        "/search/?q=haddad",
    ]


def body(response: Any) -> str:
    return str(response.content.decode())


class TestEveryPage:
    def test_is_in_order_within_the_budget_of_queries(
        self, office: Client, world: World, django_assert_max_num_queries: Callable[..., Any]
    ) -> None:
        for path in addresses(world):
            with django_assert_max_num_queries(25):
                response = office.get(path)

            assert (path, response.status_code) == (path, 200)
            assert (path, problems(body(response))) == (path, [])
            assert "<b>Haddad</b>" not in body(response), path

    def test_has_fragments_that_are_in_order(self, office: Client, world: World) -> None:
        for path in addresses(world):
            fragment = body(office.get(path, headers={"HX-Request": "true"}))

            if "<html" not in fragment:
                assert (path, problems(fragment, whole_page=False)) == (path, [])

    def test_sends_a_stranger_to_sign_in(self, client: Client, world: World) -> None:
        for path in addresses(world):
            assert (path, client.get(path).status_code) == (path, 302)

    def test_of_money_refuses_a_technician(self, client: Client, technician: User, world: World) -> None:
        client.force_login(technician)

        assert client.get(f"/customers/{world.amina}/").status_code == 200
        assert "Bills and payments" not in body(client.get(f"/customers/{world.amina}/"))
        for path in ("/invoices/", "/runs/", "/outbox/", f"/customers/{world.amina}/take-payment/"):
            response = client.get(path)
            assert (path, response.status_code, problems(body(response))) == (path, 403, [])


class TestUnknownNumbers:
    @pytest.mark.parametrize(
        "path", ["/customers/X9/", "/invoices/X9/", "/runs/999/", "/outbox/999/", "/customers/X9/take-payment/",
                 "/outbox/mailbox/..%2Fkeys/"],
    )  # fmt: skip
    def test_are_told_as_not_found(self, office: Client, path: str) -> None:
        response = office.get(path)

        assert response.status_code == 404
        assert problems(body(response)) == []

    def test_a_service_of_somebody_else_is_not_found(self, office: Client, world: World) -> None:
        path = f"/customers/{world.anchor}/services/{world.subscription}/suspend/"

        assert office.get(path).status_code == 404


class TestCustomersList:
    def test_needs_the_same_queries_for_many_as_for_one(
        self, office: Client, world: World, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        for index in range(5):
            a_subscription(an_account(f"More {index}"), world.plan, "2026-10-01")

        # Session, user, provider, the page and its count.
        with django_assert_num_queries(5):
            office.get("/customers/")

    @pytest.mark.parametrize("asked", ["haddad", "A/1", "amina@home", "621555012", "621 555"])
    def test_finds_by_name_number_mail_and_telephone(self, office: Client, world: World, asked: str) -> None:
        page = body(office.get("/customers/", {"q": asked}))

        assert "/customers/A/1/" in page
        assert "/customers/A2/" not in page

    def test_looks_for_one_or_two_characters_where_names_and_numbers_begin(
        self, office: Client, world: World
    ) -> None:
        page = body(office.get("/customers/", {"q": "bl"}))

        assert "/customers/A2/" in page
        assert "/customers/A3/" not in page

    def test_takes_the_signs_of_patterns_for_what_they_are(self, office: Client, world: World) -> None:
        assert "Nobody matches" in body(office.get("/customers/", {"q": "%"}))

    def test_shows_who_owes_is_suspended_and_has_credit(self, office: Client, world: World) -> None:
        assert "/customers/A/1/" in body(office.get("/customers/?view=overdue"))
        assert "/customers/A/1/" not in body(office.get("/customers/?view=suspended"))
        assert "/customers/A3/" in body(office.get("/customers/?view=suspended"))
        assert "/customers/A2/" in body(office.get("/customers/?view=in_credit"))

    def test_pages_on_after_the_last_row(self, office: Client, world: World) -> None:
        last = Account.objects.get(number="A2").id

        page = body(office.get("/customers/", {"after": last}))

        assert "/customers/A/1/" in page
        assert "/customers/A2/" not in page
        assert "First page" in page


class TestCustomerPage:
    def test_shows_the_running_balance_and_the_state_of_each_bill(self, office: Client, world: World) -> None:
        page = body(office.get(f"/customers/{world.anchor}/"))

        # Two months of 30.00, then 100.00 paid: 40.00 are left as credit.
        assert "\u221240.00" in page
        assert "Credit left" in page

    def test_shows_a_number_that_bars_cannot_say(self, office: Client, world: World) -> None:
        an_account("Ümit", number="Ä 12")

        response = office.get("/customers/\u00c4 12/")

        assert response.status_code == 200
        assert problems(body(response)) == []

    def test_works_the_next_bill_out_with_the_code_that_bills(self, office: Client, world: World) -> None:
        fact = body(office.get(f"/customers/{world.amina}/next-bill/", headers={"HX-Request": "true"}))

        assert '30<span class="cents">.00</span>' in fact

    def test_working_it_out_issues_nothing(self, office: Client, world: World) -> None:
        before = Document.objects.count()

        office.get(f"/customers/{world.amina}/next-bill/")

        assert Document.objects.count() == before


class TestTakingAPayment:
    def form(self, office: Client, number: str, **changes: str) -> dict[str, str]:
        page = body(office.get(f"/customers/{number}/take-payment/"))
        key = page.partition('name="key" value="')[2].partition('"')[0]
        return {
            "key": key,
            "amount": "60.00",
            "method": "cash",
            "received_on": "2026-11-10",
            "reference": "",
            **changes,
        }

    def test_records_it_and_leads_back(self, office: Client, world: World, owner: User) -> None:
        response = office.post(f"/customers/{world.amina}/take-payment/", self.form(office, world.amina))

        payment = Payment.objects.get(account__number=world.amina)
        assert response.headers["Location"] == f"/customers/{world.amina}/"
        assert (payment.amount, payment.method, payment.recorded_by) == (6000, "cash", f"user:{owner.pk}")
        assert f"Payment {payment.number} of €60.00 recorded." in body(
            office.get(response.headers["Location"])
        )

    def test_sent_twice_records_once(self, office: Client, world: World) -> None:
        form = self.form(office, world.amina)

        office.post(f"/customers/{world.amina}/take-payment/", form)
        office.post(f"/customers/{world.amina}/take-payment/", form)

        assert Payment.objects.filter(account__number=world.amina).count() == 1

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"amount": "sixty"}, "“sixty” is not an amount in EUR"),
            ({"amount": "0"}, "the amount must be more than nothing"),
            ({"amount": ""}, "This field is required."),
            ({"received_on": "2999-01-01"}, "This day has not come yet"),
            ({"method": "barter"}, "Select a valid choice"),
        ],
    )
    def test_refused_says_why_and_keeps_what_was_typed(
        self, office: Client, world: World, changes: dict[str, str], says: str
    ) -> None:
        response = office.post(
            f"/customers/{world.amina}/take-payment/", self.form(office, world.amina, **changes)
        )

        assert response.status_code == 422
        assert says in body(response)
        assert problems(body(response)) == []
        assert not Payment.objects.filter(account__number=world.amina).exists()

    def test_in_the_sheet_moves_the_whole_browser(self, office: Client, world: World) -> None:
        response = office.post(
            f"/customers/{world.amina}/take-payment/",
            self.form(office, world.amina),
            headers={"HX-Request": "true"},
        )

        assert response.headers["HX-Redirect"] == f"/customers/{world.amina}/"


class TestChangingServices:
    def act(self, office: Client, world: World, action: str, **form: str) -> Any:
        return office.post(f"/customers/{world.amina}/services/{world.subscription}/{action}/", form)

    def facts(self, world: World) -> list[tuple[str, str]]:
        subscription = Subscription.objects.get(pk=world.subscription)
        return [(fact.kind, fact.effective_on.isoformat()) for fact in subscription.facts.order_by("number")][
            1:
        ]

    def test_changes_the_plan(self, office: Client, world: World) -> None:
        self.act(office, world, "change-plan", plan="fiber-500", when="now", on="2026-11-15")

        assert self.facts(world) == [("change_plan", "2026-11-15")]

    def test_suspends_and_resumes(self, office: Client, world: World) -> None:
        self.act(office, world, "suspend", on="2026-11-15", billing="pause")
        self.act(office, world, "resume", on="2026-11-20")

        assert self.facts(world) == [("suspend", "2026-11-15"), ("resume", "2026-11-20")]

    def test_cancels(self, office: Client, world: World) -> None:
        self.act(office, world, "cancel", on="2026-11-15", when="now")

        assert self.facts(world) == [("cancel", "2026-11-15")]

    @pytest.mark.parametrize(
        ("action", "form", "says"),
        [
            (
                "change-plan",
                {"plan": "fiber-500", "when": "now", "on": "2026-11-15"},
                "After that: €50.00 a month instead of €30.00 a month.",
            ),
            (
                "suspend",
                {"on": "2026-11-15", "billing": "pause"},
                "After that: €0.00 a month instead of €30.00",
            ),
            ("resume", {"on": "2026-11-20"}, "After that: €30.00 a month instead of €30.00 a month."),
            ("cancel", {"on": "2026-11-15", "when": "now"}, "After that: nothing instead of €30.00 a month."),
        ],
    )
    def test_tells_what_it_would_cost_and_does_nothing(
        self, office: Client, world: World, action: str, form: dict[str, str], says: str
    ) -> None:
        response = self.act(office, world, action, **form, foresee="1")

        assert response.status_code == 200
        assert says in body(response)
        assert "Next bill, " in body(response)
        assert problems(body(response)) == []
        assert self.facts(world) == []

    def test_tells_a_refusal_in_the_form(self, office: Client, world: World) -> None:
        response = self.act(office, world, "suspend", on="2020-01-01", billing="pause")

        assert response.status_code == 422
        assert 'role="alert"' in body(response)
        assert self.facts(world) == []

    def test_adds_a_charge_and_gives_a_credit(self, office: Client, world: World) -> None:
        form = {"amount": "1.234,50", "name": "Router lost", "on": "2026-11-15"}
        office.post(f"/customers/{world.amina}/add-charge/", form)
        office.post(f"/customers/{world.amina}/give-credit/", {**form, "amount": "5"})

        facts = Account.objects.get(number=world.amina).facts.order_by("number")
        assert [(fact.kind, fact.detail["amount"]) for fact in facts if fact.kind != "subscribe"] == [
            ("charge", "1234.50"),
            ("credit", "5.00"),
        ]


class TestInvoicePage:
    def test_explains_each_line_and_shows_what_is_open(self, office: Client, world: World) -> None:
        page = body(office.get(f"/invoices/{world.invoice}/"))

        assert "How was this calculated?" in page
        assert "is a whole period" in page
        assert "Subscribed to fiber" in page

    def test_opens_as_a_pdf(self, office: Client, world: World, settings: Any, tmp_path: Any) -> None:
        settings.DOCUMENTS_FOLDER = tmp_path

        response = office.get(f"/invoices/{world.invoice}/pdf/")

        assert response.headers["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF-")


class TestBillingRuns:
    def test_are_drafted_before_anything_is_issued(self, office: Client, world: World) -> None:
        before = Document.objects.count()

        page = body(office.get(f"/runs/drafts/{a_draft('2026-12-01')}/"))

        # December for two, and a credit note for Cato's unused November.
        assert "Post 3 documents" in page
        assert problems(page) == []
        assert Document.objects.count() == before

    def test_show_only_the_bills_to_look_at_with_the_reason(self, office: Client, world: World) -> None:
        draft = a_draft("2026-12-01")

        negative = body(office.get(f"/runs/drafts/{draft}/?reason=negative", headers={"HX-Request": "true"}))
        bill = body(office.get(f"/runs/drafts/{draft}/customers/{world.cato}/"))

        assert "Cato Major" in negative
        assert "Blue Anchor" not in negative
        assert "Credit note" in bill
        assert "How was this calculated?" in bill
        assert problems(negative, whole_page=False) == []
        assert problems(bill) == []

    def test_say_so_when_nothing_is_owed(self, office: Client, world: World) -> None:
        page = body(office.get(f"/runs/drafts/{a_draft('2026-10-15')}/"))

        assert "Nothing is owed that was not billed already." in page

    def test_find_a_customer_of_the_draft_by_number(self, office: Client, world: World) -> None:
        draft = a_draft("2026-12-01")

        found = office.get(f"/runs/drafts/{draft}/", {"account": world.anchor})
        missed = office.get(f"/runs/drafts/{draft}/", {"account": "X9"}, follow=True)

        assert found.headers["Location"] == f"/runs/drafts/{draft}/customers/{world.anchor}/"
        assert "There is no customer X9." in body(missed)

    def test_leave_out_and_put_back_a_customer(self, office: Client, world: World) -> None:
        draft = a_draft("2026-12-01")
        one = f"/runs/drafts/{draft}/customers/{world.cato}"

        out = body(office.post(f"{one}/leave-out/", {"reason": "asked for time"}, follow=True))
        again = office.post(f"{one}/leave-out/", {"reason": "asked for time"})
        back = body(office.post(f"{one}/put-back/", follow=True))

        assert "Post 2 documents" in out
        assert "asked for time" in out
        assert again.status_code == 422
        assert "Post 3 documents" in back
        assert problems(out) == []

    def test_are_handed_to_the_worker_once(self, office: Client, world: World) -> None:
        draft = a_draft("2026-12-01")
        sheet = body(office.get(f"/runs/drafts/{draft}/post/"))
        seen = {"check": re.findall(r'name="check" value="(\d+)"', sheet)[0]}

        first = body(office.post(f"/runs/drafts/{draft}/post/", seen, follow=True))
        second = office.post(f"/runs/drafts/{draft}/post/", seen)

        assert "worked out once more" in first
        assert "Waiting for the worker" in first
        assert second.status_code == 422
        # The first worked it out, the second posts it.
        assert jobs(draft) == [("billing.draft", str(draft))] * 2
        assert "hx-trigger" in body(office.get("/runs/?part=live", headers={"HX-Request": "true"}))

        work_on(draft_id=draft, now=at("2026-12-01"))

        done = office.get(f"/runs/drafts/{draft}/", follow=True)
        assert done.redirect_chain
        assert "Billing through" in body(done)

    def test_show_a_draft_that_waits_and_one_that_moved(self, office: Client, world: World) -> None:
        answer = office.post("/runs/new/", {"through": "2026-12-01", "above": "100"}, follow=True)
        draft = RunDraft.objects.latest("id")
        assert "Waiting for the worker" in body(answer)
        assert str(draft.above) == "100"
        work_on(draft_id=draft.id, now=at("2026-12-01"))
        check = RunDraft.objects.latest("id").tally["check"]
        post_draft(draft_id=draft.id, check=check, actor="user:1", now=at("2026-12-01"))
        a_subscription(an_account("Late", number="A4"), world.plan, "2026-12-01")
        work_on(draft_id=draft.id, now=at("2026-12-01"))

        page = body(office.get(f"/runs/drafts/{draft.id}/"))

        assert "Nothing was issued: the totals moved since the draft." in page
        assert "Post 4 documents" in page
        assert problems(page) == []

    def test_offer_to_go_on_when_the_worker_stopped(self, office: Client, world: World) -> None:
        draft = a_draft("2026-12-01")
        RunDraft.objects.filter(pk=draft).update(state="drafting", job=None)

        page = body(office.get(f"/runs/drafts/{draft}/"))
        after = body(office.post(f"/runs/drafts/{draft}/again/", follow=True))

        assert "The worker stopped." in page
        assert "Waiting for the worker" in after

    def test_of_a_draft_that_is_discarded_issue_nothing(self, office: Client, world: World) -> None:
        draft = a_draft("2026-12-01")

        page = body(office.post(f"/runs/drafts/{draft}/discard/", follow=True))

        assert "The draft is discarded." in page
        assert f"/runs/drafts/{draft}/" not in page

    def test_draw_the_page_anew_when_they_are_done(self, office: Client, world: World) -> None:
        assert office.get("/runs/?part=live", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
        assert (
            office.get(f"/runs/{world.run}/", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
        )

    def test_show_how_far_they_are(self, office: Client, world: World) -> None:
        BillRun.objects.filter(pk=world.run).update(state="running", finished_at=None)

        fragment = body(office.get(f"/runs/{world.run}/", headers={"HX-Request": "true"}))

        assert '<progress max="3" value="3"' in fragment
        assert 'hx-trigger="load delay:1s"' in fragment
        assert problems(fragment, whole_page=False) == []


def a_draft(day: str) -> int:
    """Asked for, and worked out as the worker does."""
    draft = ask_draft(through=on(day), above=None, actor="test", now=at(day))
    return work_on(draft_id=draft.id, now=at(day)).id


def jobs(draft: int) -> list[tuple[str, str]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, args->>'draft_id' FROM procrastinate_jobs WHERE args->>'draft_id' = %s",
            [str(draft)],
        )
        return list(cursor.fetchall())


class TestOutbox:
    def test_shows_what_was_said(self, office: Client, world: World) -> None:
        page = body(office.get(f"/outbox/{world.message}/"))

        assert "Dear Amina" in page
        assert "Not tried yet." in page

    def test_sends_a_failed_message_again_to_another_address(self, office: Client, world: World) -> None:
        Message.objects.filter(pk=world.message).update(
            state="failed", next_attempt_at=None, last_error="No such mailbox"
        )

        office.post(f"/outbox/{world.message}/send-again/", {"recipient": "amina@work.example"})

        message = Message.objects.get(pk=world.message)
        assert (message.state, message.recipient) == ("queued", "amina@work.example")
