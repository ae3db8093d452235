"""The teach-back question of a card, and the digest of what would be restored. Pure."""

import hashlib
from collections.abc import Iterable

import rfc8785

from service.choices.values import QuizQuestion, QuizTopic
from service.licences.dpv import ancestors
from service.licences.values import Terms
from service.standing.values import Standing

STAYS, RETURNS, ASKS = "stays", "returns", "asks"
"""Keys of the options of CANNOT_BE_CALLED_BACK; STAYS is right."""

# Wrong options for SENSITIVE: familiar categories, each from another branch of the vocabulary.
_WRONG_CATEGORIES = ("HouseOwned", "Tattoo", "Offspring", "EmailAddress", "Opinion", "LifeHistory")


def quiz_question(terms: Terms, seed: str) -> QuizQuestion:
    """The teach-back question that a card with a warning asks before a yes.

    ``seed`` varies the order of the options, so that the right one has no fixed place. Call it
    only for terms with ``needs_teach_back``.
    """
    if terms.cannot_be_called_back:
        topic, right = QuizTopic.CANNOT_BE_CALLED_BACK, STAYS
        wrong: tuple[str, ...] = (RETURNS, ASKS)
    else:
        sensitive = next(item.category for item in terms.data if item.sensitive)
        topic, right = QuizTopic.SENSITIVE, sensitive.partition(":")[2]
        used = {name for item in terms.data for name in _with_parents(item.category)}
        # None that shares a branch with the licence's data: it could have the same plain label.
        wrong = tuple(
            name for name in _WRONG_CATEGORIES if not used & _with_parents(f"pd:{name}")
        )[:2]
    options = sorted(
        (right, *wrong), key=lambda key: hashlib.sha256(f"{seed}{key}".encode()).digest()
    )
    return QuizQuestion(topic=topic, options=tuple(options), right=right)


def digest_of_standings(standings: Iterable[Standing]) -> str:
    """A hash of the exact licence versions in these standings."""
    pairs = sorted(
        (standing.holding.licence.id, standing.holding.licence.digest) for standing in standings
    )
    return hashlib.sha256(rfc8785.dumps([list(pair) for pair in pairs])).hexdigest()


def _with_parents(category: str) -> set[str]:
    """A category and its broader ones, without the root, which all of them share."""
    return {category, *ancestors(category)} - {"dpv:PersonalData", "pd:PersonalData"}
