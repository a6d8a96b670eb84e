"""Memories that nobody wrote: short sentences of a few thousand words, some of them common."""

from collections.abc import Iterator
from random import Random

FIRST = "Ada Ben Cem Dora Emil Fay Gus Hana Ivo Jana Kai Lea Max Nora Otto Pia Quinn Rosa Sven Tess"
LAST = (
    "Adler Brandt Cohen Duarte Eriksen Fischer Garcia Huber Ito Jansen Kowalski Lopez Meyer Novak"
)
PLACES = "Athens Berlin Cairo Delhi Essen Faro Ghent Hamburg Izmir Jena Kiel Leeds Milan Nice Oslo"
THINGS = (
    "invoice parcel refund password delivery contract offer battery keyboard ticket lamp bicycle"
    " mattress camera router subscription warranty passport recipe garden piano ladder telescope"
    " kettle curtain violin backpack printer stroller thermostat helmet blanket guitar kayak"
)
TRAITS = (
    "red broken late cheap heavy silent foldable rented secondhand waterproof wooden electric"
    " spare vintage portable oversized refurbished organic handmade cordless striped insulated"
)
WISHES = (
    "wants it by e-mail;prefers a call before noon;asked in German;will decide on Friday;cannot"
    " lift it;is allergic to wool;lives on the fourth floor;travels without a car;"
    "pays by bank transfer;needs a receipt;moved last month;has two small"
    " children;works at night;never answers the door"
)


def sentences(seed: int = 3) -> Iterator[str]:
    """Endless, and the same on each run."""
    random = Random(seed)  # noqa: S311 - material, not a secret
    first, last, places = FIRST.split(), LAST.split(), PLACES.split()
    things, traits, wishes = THINGS.split(), TRAITS.split(), WISHES.split(";")
    while True:
        who = f"{random.choice(first)} {random.choice(last)} of {random.choice(places)}"
        what = f"the {random.choice(traits)} {random.choice(things)}"
        code = random.randrange(5_000)
        yield f"{who} {random.choice(wishes)} about {what}, order {code}."


def questions(seed: int = 4) -> Iterator[str]:
    random = Random(seed)  # noqa: S311 - likewise
    things, traits, first = THINGS.split(), TRAITS.split(), FIRST.split()
    while True:
        thing = f"{random.choice(traits)} {random.choice(things)}"
        yield random.choice(
            [
                f"What does {random.choice(first)} want about the {thing}?",
                f"Who asked for a {thing}?",
                f"How should we deliver the {random.choice(things)}?",
            ]
        )
