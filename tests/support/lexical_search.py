"""A search by shared words: enough for conversations, and nothing for quality."""

from functools import cached_property

from knowledge.language import detect
from knowledge.search.articles import load_articles
from knowledge.search.mentions import stems
from knowledge.values import Band, Hit, SearchResult


class Lexical:
    """Compares a question with the examples of each topic."""

    @cached_property
    def _articles(self):
        return {(one.id, one.language): one for one in load_articles()}

    @cached_property
    def _said(self):
        """The stems of every title and example, with their topic."""
        return [
            (topic, stems(said))
            for (topic, _), one in self._articles.items()
            for said in (one.title, *one.examples)
        ]

    async def ready(self):
        return

    def search(self, question):
        asked = stems(question.text)
        best = {}
        for topic, own in self._said:
            score = len(asked & own) / max(1, len(asked | own))
            best[topic] = max(best.get(topic, 0.0), score)
        hits = sorted((Hit(k, v) for k, v in best.items()), key=lambda h: (-h.score, h.id))
        top = hits[0].score
        band = Band.LIKELY if top >= 0.5 else Band.UNSURE if top >= 0.15 else Band.OFF_TOPIC
        language = detect(question.text, question.locale)
        return SearchResult(language=language, band=band, hits=tuple(hits[:5]))

    def article(self, topic, locale, mid_ids):
        return self._articles.get((topic, locale)) or self._articles.get((topic, "en"))


SHARED = Lexical()
