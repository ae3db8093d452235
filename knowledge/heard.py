"""A question once it was looked up."""

from dataclasses import dataclass

from knowledge.values import Found
from locales.negotiate import SHIPPED, nearest
from service.questions.values import AboutMe


@dataclass(frozen=True, slots=True)
class Heard:
    """Who asks, what was read of it, which language they read, and what was found."""

    member_id: str
    text: str
    shortened: bool
    locale: str
    me: AboutMe
    found: Found

    @property
    def mid_ids(self) -> tuple[str, ...]:
        """The MIDs whose texts this member may see."""
        return tuple(one.mid.id for one in self.me.portfolio.picture.memberships)

    @property
    def spoken(self) -> str:
        """The shipped language nearest to the question's; else the one the member reads."""
        return nearest(self.found.language, SHIPPED) or self.locale

    @property
    def foreign(self) -> str | None:
        """The language of the question where none that is shipped is near."""
        return None if nearest(self.found.language, SHIPPED) else self.found.language
