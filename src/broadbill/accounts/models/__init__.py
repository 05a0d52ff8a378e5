from broadbill.accounts.models.account import Account
from broadbill.accounts.models.choices import Consent, UnwantedLetter
from broadbill.accounts.models.contact import Contact, Location
from broadbill.accounts.models.profile import Profile
from broadbill.accounts.models.provider import Provider
from broadbill.accounts.models.viewer import Viewer

__all__ = ["Account", "Consent", "Contact", "Location", "Profile", "Provider", "UnwantedLetter", "Viewer"]
