"""The customer's addresses, all under /my/. Each view says in its own file who may use it."""

from __future__ import annotations

from django.urls import path

from broadbill.portal.views import (
    asking,
    bills,
    cards,
    details,
    home,
    mailed_sign_in,
    paying,
    sign_in,
    usage,
    wallet,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/link/", sign_in.new_link, name="new_link"),
    path("sign-in/mail/", mailed_sign_in.ask, name="mail_me"),
    path("sign-in/code/", mailed_sign_in.enter_code, name="enter_code"),
    path("sign-in/by/<str:key>/", mailed_sign_in.sign_in_by_link, name="sign_in_by_link"),
    path("speak/", sign_in.choose_language, name="choose_language"),
    path("password/<str:uidb64>/<str:token>/", sign_in.set_password, name="set_password"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("plan/", home.plan, name="plan"),
    path("status/", wallet.status, name="status"),
    path("wallet/", wallet.wallet, name="wallet"),
    path("usage/", usage.usage, name="usage"),
    path("bills/", bills.bills, name="bills"),
    path("bills/<path:number>/dispute/<int:position>/", asking.dispute, name="dispute"),
    path("bills/<path:number>/pdf/", bills.bill_pdf, name="bill_pdf"),
    path("bills/<path:number>/", bills.bill, name="bill"),
    path("statement/", bills.statement, name="statement"),
    path("help/", asking.help_page, name="help"),
    path("help/new/", asking.new_ticket, name="new_ticket"),
    path("help/refund/", asking.ask_refund, name="ask_refund"),
    path("help/<int:number>/", asking.ticket, name="ticket"),
    path("help/<int:number>/solved/", asking.solved, name="ticket_solved"),
    path("details/", details.details, name="details"),
    path("details/address/", details.address, name="address"),
    path("details/people/new/", details.new_contact, name="new_contact"),
    path("details/people/<int:number>/", details.contact, name="contact"),
    path("details/people/<int:number>/remove/", details.remove, name="remove_contact"),
    path("details/language/", details.language, name="language"),
    path("details/consents/<slug:kind>/", details.consent, name="consent"),
    path("details/letters/", details.letters, name="letters"),
    path("details/password/", details.password, name="password"),
    path("pay/", paying.pay, name="pay"),
    path("pay/<int:charge>/", paying.paid, name="paid"),
    path("cards/", cards.cards, name="cards"),
    path("cards/add/", cards.add, name="add_card"),
    path("cards/saved/", cards.saved, name="card_saved"),
    path("cards/<int:method>/autopay/", cards.autopay, name="autopay"),
    path("cards/<int:method>/remove/", cards.remove, name="remove_card"),
]
