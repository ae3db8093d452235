"""How sure a search must be: the thresholds, and how they were found.

`python -m benchmarks.calibrate` prints them. It asks examples that were held out, the same place
in all languages at once, and entries of the off-topic bank that were held out; the questions of
the tests have no part in it. `off_topic` refuses 95 % of the held-out bank. `likely` is where 99 %
of it stays below. `lead` is where 85 % of what is then shown as likely is right. Held-out examples
are harder than life: each asks what no other one asks. By letters alone few of them are found, so
there `off_topic` and `lead` were set by hand.
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


MEANING: Final = Bands(off_topic=0.006, likely=0.161, lead=1.5)
LETTERS: Final = Bands(off_topic=1.3, likely=5.0, lead=1.5)
