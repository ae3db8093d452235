"""How sure a search must be: the thresholds, and how they were found.

`python -m benchmarks.calibrate` prints them. It asks examples that were held out, the same place
in all languages at once, and entries of the off-topic bank that were held out; the questions of
the tests have no part in it. `off_topic` accepts 95 % of the held-out examples. `likely` is where
99 % of the held-out bank stays below. `lead` is where 75 % of what is then shown as likely is
right; held-out examples are harder than life, where it was 97 %. By letters alone hardly any
held-out example is found, so there `lead` was set by hand to what two unlike topics differ by.
"""

from dataclasses import dataclass
from typing import Final

from knowledge.values import Band


@dataclass(frozen=True, slots=True)
class Bands:
    """The limits of one way to search; what the numbers are, `Weighed` says."""

    off_topic: float
    likely: float
    lead: float

    def of(self, confidence: float, lead: float) -> Band:
        """The band of a question. Likely needs both: near a topic, and nearer than to others."""
        if confidence < self.off_topic:
            return Band.OFF_TOPIC
        if confidence >= self.likely and lead >= self.lead:
            return Band.LIKELY
        return Band.UNSURE


MEANING: Final = Bands(off_topic=0.015, likely=0.05, lead=1.45)
LETTERS: Final = Bands(off_topic=1.8, likely=5.0, lead=1.5)
