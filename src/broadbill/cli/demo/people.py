"""Names and places for invented customers, in the languages one hears at the lake."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Tongue:
    """Given and family names of people who read that language; `weight` of a hundred do."""

    language: str
    weight: int
    given: tuple[str, ...]
    family: tuple[str, ...]


TONGUES = (
    Tongue(
        "fr",
        30,
        ("Amélie", "Bastien", "Chloé", "Damien", "Élise", "Fabrice", "Gaëlle", "Hugo", "Inès", "Julien", "Karim",
         "Léa", "Mathilde", "Nadia", "Olivier", "Pauline", "Quentin", "Romane", "Samira", "Théo"),
        ("Arnould", "Berthier", "Colson", "Delvaux", "Evrard", "Fontaine", "Gillet", "Henrion", "Jacquemin",
         "Lambrecht", "Marchal", "Noël", "Olivier", "Pirard", "Remacle", "Simonet", "Thiry", "Vauthier"),
    ),
    Tongue(
        "de",
        27,
        ("Anke", "Bernd", "Christa", "Dirk", "Elke", "Florian", "Greta", "Henning", "Ilse", "Jannik", "Katja",
         "Lars", "Marlene", "Nils", "Ottilie", "Paul", "Ruth", "Steffen", "Tilda", "Uwe"),
        ("Adam", "Biever", "Conrad", "Dondelinger", "Ewen", "Feltes", "Graf", "Hoffmann", "Jungels", "Kieffer",
         "Lanners", "Majerus", "Nilles", "Oberweis", "Pesch", "Reding", "Schaack", "Thill", "Urhausen", "Wagener"),
    ),
    Tongue(
        "pt",
        16,
        ("Afonso", "Beatriz", "Catarina", "Duarte", "Eva", "Filipa", "Gonçalo", "Helena", "Inês", "João", "Leonor",
         "Margarida", "Nuno", "Olga", "Pedro", "Rita", "Sandra", "Tomás"),
        ("Almeida", "Barros", "Carvalho", "Domingues", "Esteves", "Ferreira", "Gaspar", "Lopes", "Matos", "Neves",
         "Pires", "Quintas", "Ramos", "Salgado", "Teixeira", "Vaz"),
    ),
    Tongue(
        "en",
        12,
        ("Alice", "Ben", "Clara", "Dylan", "Esther", "Fergus", "Grace", "Harriet", "Isla", "Jonah", "Kate", "Liam",
         "Maeve", "Nora", "Owen", "Priya", "Rohan", "Sadie"),
        ("Ashworth", "Barlow", "Chaudhry", "Dunmore", "Ellery", "Fairley", "Gilmour", "Hargreaves", "Iqbal",
         "Kendrick", "Lockwood", "Merrick", "Nwosu", "Okafor", "Pemberton", "Rao", "Sutcliffe"),
    ),
    Tongue(
        "nl",
        6,
        ("Annelies", "Bram", "Daan", "Eline", "Femke", "Gijs", "Hanneke", "Joris", "Lotte", "Maarten", "Sanne", "Wout"),
        ("van Aken", "de Bruyn", "Claes", "Dekker", "Hendrickx", "Jacobs", "Maes", "Peeters", "Smit", "Verhoeven"),
    ),
    Tongue(
        "it",
        5,
        ("Alessia", "Bruno", "Chiara", "Dario", "Elisa", "Fabio", "Giulia", "Lorenzo", "Martina", "Silvia"),
        ("Bassi", "Conti", "De Luca", "Fabbri", "Galli", "Longo", "Marini", "Pellegrini", "Rinaldi", "Serra"),
    ),
    Tongue(
        "es",
        4,
        ("Alba", "Carlos", "Elena", "Gonzalo", "Irene", "Javier", "Lucía", "Marta", "Sergio", "Valeria"),
        ("Arias", "Blanco", "Castaño", "Domínguez", "Gallego", "Ibáñez", "Molina", "Prieto", "Sáez", "Vidal"),
    ),
)  # fmt: skip

TOWNS = (
    ("L-9650", "Esch-sur-Sûre"), ("L-9633", "Baschleiden"), ("L-9635", "Bavigne"), ("L-9640", "Boulaide"),
    ("L-9643", "Buederscheid"), ("L-9645", "Derenbach"), ("L-9660", "Insenborn"), ("L-9662", "Kaundorf"),
    ("L-9665", "Liefrange"), ("L-9666", "Lultzhausen"), ("L-9670", "Merkholtz"), ("L-9676", "Noertrange"),
    ("L-9689", "Tarchamps"), ("L-9510", "Wiltz"), ("L-9530", "Wiltz"), ("L-9156", "Heiderscheid"),
    ("L-8809", "Arsdorf"), ("L-9657", "Harlange"),
)  # fmt: skip

STREETS = (
    "Rue du Lac", "Um Séi", "Rue de l'Église", "Duerfstrooss", "An der Gaass", "Rue du Moulin", "Am Wangert",
    "Haaptstrooss", "Rue des Tanneurs", "Op der Knupp", "Rue de la Forêt", "Bei der Kapell", "Quai des Barques",
    "Rue du Château", "Am Eck", "Route de Bastogne", "Burewee", "Rue de l'École", "Cité Bellevue", "Um Knapp",
)  # fmt: skip

# What a business is called, with the family name of whoever founded it, and what its mail domain begins with.
TRADES = (
    ("Boulangerie {family}", "boulangerie"), ("Garage {family}", "garage"), ("{family} Architectes", "architectes"),
    ("Menuiserie {family} & Fils", "menuiserie"), ("Zahnarztpraxis Dr. {family}", "praxis"),
    ("{family} Steuerberatung", "steuer"), ("Café {family}", "cafe"), ("Électricité {family}", "elec"),
    ("Camping {family}", "camping"), ("{family} Logistics", "logistics"), ("Pharmacie {family}", "pharmacie"),
    ("Imprimerie {family}", "imprimerie"), ("{family} Boote & Segel", "boote"), ("Fleurs {family}", "fleurs"),
    ("{family} Software", "software"), ("Brasserie {family}", "brasserie"), ("Notariat {family}", "notariat"),
    ("Fiduciaire {family}", "fiduciaire"), ("{family} Toitures", "toitures"), ("Weingut {family}", "weingut"),
)  # fmt: skip

LEGAL_FORMS = ("S.à r.l.", "S.à r.l.", "S.à r.l.-S", "S.A.", "S.C.")
EXAMPLE_DOMAINS = ("example.org", "example.com", "example.net")


@dataclass(frozen=True, slots=True)
class Address:
    street: str
    postcode: str
    city: str


def tongue_of(chance: Random) -> Tongue:
    return chance.choices(TONGUES, weights=[tongue.weight for tongue in TONGUES])[0]


def address_of(chance: Random) -> Address:
    postcode, city = chance.choice(TOWNS)
    return Address(f"{chance.randint(1, 89)}, {chance.choice(STREETS)}", postcode, city)


def phone_of(chance: Random) -> str:
    """An invented telephone number."""
    return f"+352 20 00 {chance.randint(20, 99)} {chance.randint(0, 99):02d}"


def tax_id_of(chance: Random) -> str:
    """An invented Luxembourg VAT number; its last two digits are the first six modulo 89, as checks want it."""
    first = chance.randint(910_000, 989_999)
    return f"LU{first}{first % 89:02d}"


def plain(name: str) -> str:
    """The name as a part of a mail address: lower case, without accents and blanks."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum())
