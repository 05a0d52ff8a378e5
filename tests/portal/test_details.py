"""What customers change of their own: address, people, language, consents, letters, password."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client

from broadbill.accounts.domain.choices import ConsentKind
from broadbill.accounts.models import Account, Consent, Contact
from broadbill.accounts.operations.choices import give_consent, withdraw_consent
from broadbill.accounts.operations.viewers import let_in
from broadbill.accounts.queries.readers import readers_of
from broadbill.identity.models import User
from broadbill.kernel.models import Event
from broadbill.support.models import Ticket
from broadbill.support.operations.tickets import agree_to_wanted
from tests.console.page_checker import problems
from tests.portal.conftest import INVITED_AT, Ada
from tests.world import ACTOR, an_account, at

pytestmark = pytest.mark.django_db
ADDRESS = {"street": "2 New Road", "postcode": "1010", "city": "Vienna", "email": "new@home.example"}
BOB = {"name": "Bob", "email": "bob@home.example", "phone": "+43 1 234", "receives_bills": "on"}
PASSWORD = "seven quiet otters"


def body(response: Any) -> str:
    return str(response.content.decode())


def profile() -> Any:
    return Account.objects.select_related("profile").get(number="10482").profile


class TestTheAddress:
    def test_is_changed_at_once(self, at_home: Client) -> None:
        form = body(at_home.get("/my/details/address/"))
        done = body(at_home.post("/my/details/address/", ADDRESS, follow=True))

        assert problems(form) == []
        assert problems(done) == []
        assert 'value="ada@home.example"' in form
        assert (profile().street, profile().email) == ("2 New Road", "new@home.example")
        assert "2 New Road" in done

    def test_is_asked_for_where_the_office_checks_it(self, at_home: Client, settings: Any) -> None:
        settings.DETAILS_ARE_CHECKED = True

        asked = body(at_home.post("/my/details/address/", ADDRESS, follow=True))
        before = profile().street
        agree_to_wanted(ticket_id=Ticket.objects.get().id, body="Done.", now=at("2026-02-02"), actor=ACTOR)

        assert "We look at it and tell you." in asked
        assert (before, profile().street) == ("", "2 New Road")

    def test_that_is_none_is_refused(self, at_home: Client) -> None:
        refused = at_home.post("/my/details/address/", {**ADDRESS, "email": "new"})

        assert refused.status_code == 422
        assert problems(body(refused)) == []


class TestPeople:
    def test_are_added_changed_and_removed(self, at_home: Client) -> None:
        at_home.post("/my/details/people/new/", BOB)
        bob = Contact.objects.get()
        listed = body(at_home.get("/my/details/"))
        at_home.post(f"/my/details/people/{bob.id}/", {**BOB, "phone": "+43 1 999"})
        changed = Contact.objects.get().phone
        asked = body(at_home.get(f"/my/details/people/{bob.id}/remove/"))
        at_home.post(f"/my/details/people/{bob.id}/remove/")

        assert problems(listed) == []
        assert problems(asked) == []
        assert "Gets bills" in listed
        assert changed == "+43 1 999"
        assert not Contact.objects.exists()

    @pytest.mark.parametrize("wrong", [{"name": ""}, {"email": ""}, {"phone": "call me"}])
    def test_need_a_name_and_an_address_for_bills(self, at_home: Client, wrong: dict[str, str]) -> None:
        refused = at_home.post("/my/details/people/new/", BOB | wrong)

        assert refused.status_code == 422
        assert problems(body(refused)) == []

    def test_of_others_are_not_there(self, at_home: Client, ben_s: Client) -> None:
        at_home.post("/my/details/people/new/", BOB)
        there = f"/my/details/people/{Contact.objects.get().id}/"

        assert [ben_s.get(there).status_code, ben_s.post(f"{there}remove/").status_code] == [404, 404]
        assert Contact.objects.exists()


class TestTheLanguage:
    def test_is_kept_with_the_account(self, at_home: Client, settings: Any) -> None:
        code = settings.LANGUAGES[-1][0]

        at_home.post("/my/details/language/", {"language": code})

        assert profile().language == code
        assert at_home.post("/my/details/language/", {"language": "tlh"}).status_code == 404


class TestConsents:
    def test_are_given_and_taken_back_and_both_are_kept(self, at_home: Client) -> None:
        at_home.post("/my/details/consents/offers_by_email/", {"says": "yes"})
        at_home.post("/my/details/consents/offers_by_email/", {"says": "yes"})
        at_home.post("/my/details/consents/offers_by_email/", {"says": "no"})

        row = Consent.objects.get()
        page = body(at_home.get("/my/details/"))
        assert row.wording == "You may send me offers by e-mail."
        assert row.withdrawn_at is not None
        assert row.withdrawn_by == row.given_by
        assert problems(page) == []
        assert "taken back" in page
        assert list(Event.objects.filter(verb__startswith="consent.").values_list("verb", flat=True)) == [
            "consent.given", "consent.withdrawn",
        ]  # fmt: skip

    def test_stay_on_record(self, ada: Ada) -> None:
        terms = {"account_id": ada.account, "kind": ConsentKind.OFFERS_BY_PHONE, "actor": ACTOR}
        give_consent(wording="Yes.", now=at("2026-01-01"), **terms)
        withdraw_consent(now=at("2026-01-02"), **terms)
        give_consent(wording="Yes again.", now=at("2026-01-03"), **terms)

        assert Consent.objects.count() == 2
        with pytest.raises(DatabaseError), transaction.atomic():
            Consent.objects.update(wording="never read")

    def test_to_what_nobody_asked_are_not_there(self, at_home: Client) -> None:
        assert at_home.post("/my/details/consents/everything/", {"says": "yes"}).status_code == 404


class TestLetters:
    def test_that_only_help_are_not_sent_to_who_does_not_want_them(self, at_home: Client, ada: Ada) -> None:
        at_home.post("/my/details/letters/", {"letter": ["wallet_low"]})

        account = Account.objects.select_related("profile").get(pk=ada.account)
        readers = {
            letter: readers_of([account], letter=letter)[ada.account]
            for letter in ("allowance", "wallet_low", "")
        }
        page = body(at_home.get("/my/details/"))
        assert readers == {"allowance": (), "wallet_low": ("ada@home.example",), "": ("ada@home.example",)}
        assert page.count('name="letter" value="wallet_low" id="id_letter_wallet_low" checked') == 1
        assert page.count(" checked") == 1


class TestThePassword:
    def test_is_chosen_by_who_has_none_and_changed_with_the_old_one(self, at_home: Client, ada: Ada) -> None:
        cache.clear()
        user = User.objects.get()
        other = Client()
        other.force_login(user)
        new = {"new_password1": PASSWORD, "new_password2": PASSWORD}
        form = body(at_home.get("/my/details/password/"))

        at_home.post("/my/details/password/", new)
        again = body(at_home.get("/my/details/password/"))
        refused = at_home.post("/my/details/password/", {**new, "old_password": "wrong"})

        assert problems(form) == []
        assert problems(again) == []
        assert "Password until now" not in form
        assert "Password until now" in again
        assert at_home.get("/my/").status_code == 200
        assert other.get("/my/").status_code == 302
        assert User.objects.get().check_password(PASSWORD)
        assert refused.status_code == 422
        assert problems(body(refused)) == []


class TestAParent:
    def test_sees_the_accounts_under_it_where_that_was_granted(self, client: Client, ada: Ada) -> None:
        an_account("Ada's café", number="10490", parent_id=ada.account)
        client.force_login(let_in(number="10482", actor=ACTOR, now=INVITED_AT))
        before = client.get("/my/?account=10490").status_code

        let_in(number="10482", with_children=True, actor=ACTOR, now=INVITED_AT)
        granted = client.get("/my/?account=10490")
        let_in(number="10482", with_children=False, actor=ACTOR, now=INVITED_AT)

        assert (before, granted.status_code) == (404, 200)
        assert "Hello Ada&#x27;s café" in body(granted)
        assert client.get("/my/?account=10490").status_code == 404
