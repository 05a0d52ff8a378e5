"""A draft says what a run would do; it is posted when it still says the same, and stops when it does not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadbill.accounts.domain.errors import AccountUnknown
from broadbill.billing.domain.errors import (
    AccountIsLeftOut,
    AccountNotInDraft,
    DraftHasChanged,
    DraftIsEmpty,
    DraftNotReady,
)
from broadbill.billing.domain.exceptions import Reason, reasons
from broadbill.billing.domain.tally import MODULUS, NOTHING, Tally, tally_of
from broadbill.billing.models import BillRun, Document, RunDraft
from broadbill.billing.operations import drafts, holding
from broadbill.billing.operations.drafts import (
    agree_to_post,
    ask_draft,
    discard_draft,
    draft_again,
    leave_out,
    post_draft,
    put_back,
    refuse_to_post,
    work_on,
)
from broadbill.billing.operations.preview import would_be_bills
from broadbill.billing.operations.run import RunRequest, bill
from broadbill.billing.queries.drafts import draft_numbered, exception_page, exceptions_by_reason, left_out_of
from broadbill.billing.queries.earlier_runs import earlier_runs
from broadbill.billing.queries.runs import run_summary, tally_of_run
from broadbill.contracts.operations.changes import cancel
from broadbill.identity.domain.approvals import ApprovalNeedsAnother
from broadbill.kernel.models import Event
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on

DAY = "2026-02-01"


def a_draft(day: str = DAY, *, above: str | None = None) -> RunDraft:
    """Asked for, and worked out as the worker does."""
    draft = ask_draft(through=on(day), above=Decimal(above) if above else None, actor=ACTOR, now=at(day))
    return work_on(draft_id=draft.id, now=at(day))


def agreed(draft: RunDraft, *, by: str = "user:1") -> RunDraft:
    """Posted by a person who saw what it says, and carried out by the worker."""
    check = Tally.read(RunDraft.objects.get(pk=draft.id).tally).check
    post_draft(draft_id=draft.id, check=check, actor=by, now=at(DAY))
    return work_on(draft_id=draft.id, now=at(DAY))


def total(draft: RunDraft) -> list[tuple[int, str]]:
    found = draft_numbered(draft.id)
    assert found is not None
    assert found.tally is not None
    return [(row.documents, str(row.total)) for row in found.tally.totals]


def exceptions(draft: RunDraft) -> list[tuple[str, list[str]]]:
    return [(row.account_name, list(row.reasons)) for row in exception_page(draft.id).rows]


class TestReasons:
    @pytest.mark.parametrize(
        ("billed", "before", "above", "expected"),
        [
            (3000, 3000, None, []),
            (3000, None, None, ["first"]),
            (6000, 3000, None, []),
            (6001, 3000, None, ["more"]),
            (1500, 3000, None, []),
            (1499, 3000, None, ["less"]),
            (0, 3000, None, ["zero"]),
            (-1, 3000, None, ["negative"]),
            (10001, 9000, 10000, ["above"]),
            (10000, 9000, 10000, []),
            (10001, None, 10000, ["above", "first"]),
            (500, 0, None, []),
        ],
    )
    def test_are_given_the_gravest_first(
        self, billed: int, before: int | None, above: int | None, expected: list[str]
    ) -> None:
        assert list(reasons(total=billed, before=before, above=above)) == expected


counted = st.lists(
    st.tuples(
        st.integers(1, 50),
        st.sampled_from(["EUR", "JPY"]),
        st.integers(-999, 999),
        st.just(0),
        st.integers(-999, 999),
    ),
    max_size=12,
)


class TestTally:
    @given(counted, counted)
    def test_of_two_parts_is_that_of_the_whole_and_can_be_taken_apart(self, one: Any, another: Any) -> None:
        whole = tally_of([*one, *another])

        assert tally_of(one) + tally_of(another) == _without_noughts(whole)
        assert _without_noughts(whole) - tally_of(another) == _without_noughts(tally_of(one))
        assert Tally.read(whole.as_json()) == whole
        assert 0 <= whole.check < MODULUS

    def test_notices_amounts_that_changed_places(self) -> None:
        one = tally_of([(1, "EUR", 3000, 0, 3000), (2, "EUR", 5000, 0, 5000)])
        another = tally_of([(1, "EUR", 5000, 0, 5000), (2, "EUR", 3000, 0, 3000)])

        assert one.sums == another.sums
        assert one != another


def _without_noughts(tally: Tally) -> Tally:
    return tally + NOTHING


@pytest.mark.django_db
class TestADraft:
    def test_says_what_a_run_would_issue_and_issues_nothing(self) -> None:
        a_subscription(an_account(), a_plan(), DAY)

        draft = a_draft()

        assert draft.state == "ready"
        assert total(draft) == [(1, "30.00")]
        assert not Document.objects.exists()
        assert not BillRun.objects.exists()

    def test_finds_the_bills_a_person_should_see(self) -> None:
        plan, big = a_plan(), a_plan("big", "500.00")
        usual, gone, more = an_account("Usual"), an_account("Gone"), an_account("More")
        for account in (usual, more):
            a_subscription(account, plan, "2026-01-01")
        ends = a_subscription(gone, plan, "2026-01-01")
        bill_through("2026-01-01")
        cancel(subscription_id=ends, on=on("2026-01-16"), now=at("2026-01-16"), actor=ACTOR)
        a_subscription(more, plan, "2026-01-02")
        a_subscription(an_account("New"), big, DAY)

        draft = a_draft(above="400")

        assert exceptions(draft) == [
            ("Gone", ["negative"]),
            # 29.03 for the rest of January and twice 30.00 for February, after one of 30.00.
            ("More", ["more"]),
            ("New", ["above", "first"]),
        ]
        assert exceptions_by_reason(draft.id) == {"negative": 1, "above": 1, "more": 1, "first": 1}

    def test_names_who_cannot_be_billed_and_why(self, monkeypatch: pytest.MonkeyPatch) -> None:
        account = an_account("Cato Major")
        a_subscription(account, a_plan(), DAY)
        refusal = AccountUnknown(number="that is disputed")
        monkeypatch.setattr(holding, "_holders", [lambda asked: {account: refusal}])

        draft = a_draft()

        [row] = exception_page(draft.id).rows
        assert (row.account_name, row.reasons, row.total) == ("Cato Major", (Reason.HELD,), None)
        assert "is disputed" in row.note

    def test_shows_one_account_as_it_would_be_billed(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(), DAY)
        request = RunRequest(through=on(DAY), actor=ACTOR, only_account=account)

        [document] = would_be_bills(account_id=account, request=request, now=at(DAY))

        assert document.total == euro("30.00")
        assert not Document.objects.exists()

    def test_can_be_discarded_and_is_then_done_with(self) -> None:
        draft = a_draft()

        discard_draft(draft_id=draft.id, actor=ACTOR, now=at(DAY))

        with pytest.raises(DraftNotReady):
            draft_again(draft_id=draft.id, actor=ACTOR, now=at(DAY))


@pytest.mark.django_db
class TestLeavingOut:
    def test_takes_an_account_out_of_the_totals_and_the_run_and_leaves_it_due(self) -> None:
        stays, goes = an_account("Stays"), an_account("Goes")
        for account in (stays, goes):
            a_subscription(account, a_plan(f"plan-{account}"), DAY)
        draft = a_draft()

        leave_out(draft_id=draft.id, account_id=goes, reason="asks first", actor="user:1", now=at(DAY))
        posted = agreed(draft)

        assert total(draft) == [(1, "30.00")]
        assert [row.reason for row in left_out_of(draft.id)] == ["asks first"]
        assert posted.state == "posted"
        assert [row.account_id for row in Document.objects.all()] == [stays]
        assert [row.account_id for row in bill_through("2026-02-02").documents.all()] == [goes]

    def test_can_be_taken_back(self) -> None:
        account = an_account("Goes")
        a_subscription(account, a_plan(), DAY)
        draft = a_draft()
        leave_out(draft_id=draft.id, account_id=account, reason="asks", actor=ACTOR, now=at(DAY))
        assert exceptions(draft) == []

        put_back(draft_id=draft.id, account_id=account, actor=ACTOR, now=at(DAY))

        assert total(draft) == [(1, "30.00")]
        assert exceptions(draft) == [("Goes", ["first"])]
        agreed(draft)
        assert Document.objects.count() == 1

    def test_is_refused_twice_and_for_whom_nothing_is_due(self) -> None:
        account, idle = an_account(), an_account()
        a_subscription(account, a_plan(), DAY)
        draft = a_draft()
        leave_out(draft_id=draft.id, account_id=account, reason="asks", actor=ACTOR, now=at(DAY))

        with pytest.raises(AccountIsLeftOut):
            leave_out(draft_id=draft.id, account_id=account, reason="asks", actor=ACTOR, now=at(DAY))
        with pytest.raises(AccountNotInDraft):
            leave_out(draft_id=draft.id, account_id=idle, reason="asks", actor=ACTOR, now=at(DAY))
        with pytest.raises(DraftIsEmpty):
            agreed(draft)

    def test_makes_no_usage_late_for_who_was_left_out(self) -> None:
        account, other = an_account(), an_account()
        request = RunRequest(through=on(DAY), actor=ACTOR, left_out=(account,))
        run = bill(request=request, now=at(DAY))

        runs = earlier_runs()

        assert runs.before(run.id + 1, account) == ()
        assert runs.before(run.id + 1, other) == (on(DAY),)


@pytest.mark.django_db
class TestPosting:
    def test_issues_what_the_draft_said_and_keeps_its_totals_with_the_run(self) -> None:
        a_subscription(an_account(), a_plan(), DAY)
        draft = a_draft()

        posted = agreed(draft)

        assert posted.state == "posted"
        assert posted.run is not None
        assert posted.run.started_by == "user:1"
        assert [str(row.total) for row in run_summary(posted.run_id or 0).totals] == ["30.00"]
        assert posted.run.tally == tally_of_run(posted.run_id or 0).as_json()

    def test_stops_when_the_totals_moved_and_says_what_is_so_now(self) -> None:
        plan = a_plan()
        a_subscription(an_account(), plan, DAY)
        draft = a_draft()
        a_subscription(an_account("Late"), plan, DAY)

        agreed(draft)

        stopped = draft_numbered(draft.id)
        assert stopped is not None
        assert stopped.state == "ready"
        assert [str(row.total) for row in stopped.moved_from or ()] == ["30.00"]
        assert total(draft) == [(2, "60.00")]
        assert ("Late", ["first"]) in exceptions(draft)
        assert not Document.objects.exists()
        assert Event.objects.filter(verb="bill_draft.moved").count() == 1

        agreed(draft)

        assert Document.objects.count() == 2

    def test_stops_when_two_bills_changed_places(self) -> None:
        cheap, dear = a_plan("cheap", "30.00"), a_plan("dear", "50.00")
        one, another = an_account(), an_account()
        mine, theirs = a_subscription(one, cheap, DAY), a_subscription(another, dear, DAY)
        draft = a_draft()
        for line in (mine, theirs):
            cancel(subscription_id=line, on=on(DAY), now=at(DAY), actor=ACTOR)
        a_subscription(one, dear, DAY)
        a_subscription(another, cheap, DAY)

        agreed(draft)

        assert not Document.objects.exists()

    def test_is_refused_when_somebody_changed_the_draft_meanwhile(self) -> None:
        accounts = [an_account(), an_account()]
        for account in accounts:
            a_subscription(account, a_plan(f"plan-{account}"), DAY)
        draft = a_draft()
        seen = Tally.read(draft.tally).check
        leave_out(draft_id=draft.id, account_id=accounts[0], reason="asks", actor=ACTOR, now=at(DAY))

        with pytest.raises(DraftHasChanged):
            post_draft(draft_id=draft.id, check=seen, actor=ACTOR, now=at(DAY))

    def test_goes_on_with_its_run_after_the_worker_died(self, monkeypatch: pytest.MonkeyPatch) -> None:
        a_subscription(an_account(), a_plan(), DAY)
        draft = a_draft()

        def dies(**options: Any) -> None:
            options["started"](bill(**{**options, "started": None}))
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(drafts, "bill", dies)
            with pytest.raises(KeyboardInterrupt):
                agreed(draft)

        work_on(draft_id=draft.id, now=at(DAY))

        assert RunDraft.objects.get(pk=draft.id).state == "posted"
        assert Document.objects.count() == 1


@pytest.mark.django_db
class TestMakerAndChecker:
    def a_draft_of_thirty(self) -> tuple[RunDraft, int]:
        a_subscription(an_account(), a_plan(), DAY)
        draft = a_draft()
        return draft, Tally.read(draft.tally).check

    def test_lets_a_run_up_to_the_limit_go(self) -> None:
        draft, check = self.a_draft_of_thirty()

        posted = post_draft(draft_id=draft.id, check=check, actor="user:1", now=at(DAY), limit=Decimal(30))

        assert posted.state == "posting"

    def test_has_a_run_above_it_wait_for_another_person(self) -> None:
        draft, check = self.a_draft_of_thirty()
        asked = post_draft(
            draft_id=draft.id, check=check, actor="user:1", now=at(DAY), limit=Decimal("29.99")
        )
        assert asked.state == "asked"
        assert work_on(draft_id=draft.id, now=at(DAY)).state == "asked"
        with pytest.raises(ApprovalNeedsAnother, match="another person"):
            agree_to_post(draft_id=draft.id, check=check, actor="user:1", now=at(DAY))
        with pytest.raises(DraftHasChanged):
            agree_to_post(draft_id=draft.id, check=check + 1, actor="user:2", now=at(DAY))
        assert not Document.objects.exists()

        agree_to_post(draft_id=draft.id, check=check, actor="user:2", now=at(DAY))

        assert work_on(draft_id=draft.id, now=at(DAY)).state == "posted"
        assert Document.objects.count() == 1
        assert list(
            Event.objects.filter(object_type="bill_draft").order_by("id").values_list("verb", "actor")
        ) == [
            ("bill_draft.asked", ACTOR),
            ("bill_draft.asked_to_post", "user:1"),
            ("bill_draft.posting", "user:2"),
        ]

    def test_has_a_refused_run_looked_through_again(self) -> None:
        draft, check = self.a_draft_of_thirty()
        post_draft(draft_id=draft.id, check=check, actor="user:1", now=at(DAY), limit=Decimal(0))

        refuse_to_post(draft_id=draft.id, note="too early", actor="user:2", now=at(DAY))

        assert RunDraft.objects.get(pk=draft.id).state == "ready"
        assert Event.objects.get(verb="bill_draft.refused").data["reason"] == "too early"
