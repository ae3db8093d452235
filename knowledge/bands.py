"""How sure a search must be: the thresholds, and how they were found."""

from dataclasses import dataclass
from typing import Final

from knowledge.values import Band


@dataclass(frozen=True, slots=True)
class Bands:
    """Below ``off_topic`` a question is not about MIDs; at ``likely`` and with a clear lead over
    the second topic, the first is shown.
    """

    off_topic: float
    likely: float
    lead: float

    def of(self, confidence: float, lead: float) -> Band:
        """The band of a question: how much nearer it is to a topic than to the bank, and how far
        the first topic is ahead of the second.
        """
        if confidence < self.off_topic:
            return Band.OFF_TOPIC
        if confidence >= self.likely and lead >= self.lead:
            return Band.LIKELY
        return Band.UNSURE


MEANING: Final = Bands(off_topic=0.0, likely=0.1, lead=0.3)
LETTERS: Final = Bands(off_topic=0.0, likely=0.1, lead=0.3)
