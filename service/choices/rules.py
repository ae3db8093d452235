"""The question after a card, and the digest of what would come back. Pure."""

import hashlib
from collections.abc import Iterable

import rfc8785

from service.choices.values import Question, Topic
from service.licences.dpv import ancestors
from service.licences.values import Terms
from service.standing.values import Standing

STAYS, RETURNS, ASKS = "stays", "returns", "asks"

# Things that people know they have, each from another branch of the vocabulary.
_OTHERS = ("HouseOwned", "Tattoo", "Offspring", "EmailAddress", "Opinion", "LifeHistory")


def question(terms: Terms, seed: str) -> Question:
    """The one question that a card with a warning asks before a yes (mission R4).

    ``seed`` varies the order of the options, so that the right one has no fixed place.
    """
    if terms.cannot_be_called_back:
        topic, right = Topic.CANNOT_BE_CALLED_BACK, STAYS
        wrong: tuple[str, ...] = (RETURNS, ASKS)
    else:
        sensitive = next(item.category for item in terms.data if item.sensitive)
        topic, right = Topic.SENSITIVE, sensitive.partition(":")[2]
        used = {name for item in terms.data for name in _with_parents(item.category)}
        # Nothing that shares a branch with what is used: it could be called by the same words.
        wrong = tuple(name for name in _OTHERS if not used & _with_parents(f"pd:{name}"))[:2]
    options = sorted(
        (right, *wrong), key=lambda key: hashlib.sha256(f"{seed}{key}".encode()).digest()
    )
    return Question(topic=topic, options=tuple(options), right=right)


def digest_of(back: Iterable[Standing]) -> str:
    """A hash over the exact versions that would come back."""
    pairs = sorted((one.holding.licence.id, one.holding.licence.digest) for one in back)
    return hashlib.sha256(rfc8785.dumps([list(pair) for pair in pairs])).hexdigest()


def _with_parents(category: str) -> set[str]:
    """A category and what it belongs to, but for the root, under which all of them stand."""
    return {category, *ancestors(category)} - {"dpv:PersonalData", "pd:PersonalData"}
