"""The translator's tools on small catalogues: what they extract, keep, report and refuse."""

import pytest
from babel.messages.catalog import Catalog

from locales import check, po, style, tool
from locales.grade import grade, syllables
from locales.style import Entry


def entry(text, *forms, locale="es", context="", source=None, single=()):
    sources = source or (text,)
    return Entry(locale, context, sources, forms or (text,), False, frozenset(single))


@pytest.fixture
def code(tmp_path):
    for room in po.ROOMS:
        (tmp_path / room).mkdir()
    (tmp_path / "dialogs" / "home.py").write_text(
        """# NOTE: {name} is a person.
w.t("Hello {name}, "
    "two MIDs speak for you.", name=name)
words.n("{n} offer waits.", "{n} offers wait.", offers)
w.p("button", "More")
LATER = mark("Later")
w.t(variable)
other("Not this")
""",
        "utf-8",
    )
    return tmp_path


def test_texts_are_extracted_from_the_code_with_their_notes(code):
    template = po.extracted(code)
    hello = template.get("Hello {name}, two MIDs speak for you.")
    assert hello is not None
    assert hello.auto_comments == ["{name} is a person."]
    assert template.get(("{n} offer waits.", "{n} offers wait.")) is not None
    assert template.get("More", context="button") is not None
    assert template.get("Later") is not None
    assert len(template) == 4


def test_the_template_is_the_same_bytes_every_time_and_does_not_follow_lines(code):
    first = po.rendered(po.extracted(code))
    path = code / "dialogs" / "home.py"
    path.write_text("\n\n\n" + path.read_text("utf-8"), "utf-8")
    assert po.rendered(po.extracted(code)) == first
    assert b"Date" not in first
    assert b"#: dialogs/home.py\n" in first


def test_update_keeps_translations_review_marks_and_restored_texts(code):
    template = po.extracted(code)
    catalog = po.updated("es", None, template)
    catalog.get("Later").string = "Luego"
    catalog.get("Later").user_comments.append("REVIEW: or después?")
    done = po.rendered(catalog)

    without = Catalog()
    without.add("Something else")
    gone = po.rendered(po.updated("es", done, without))
    assert b'#~ msgstr "Luego"' in gone

    back = po.updated("es", gone, template)
    assert back.get("Later").string == "Luego"
    assert po.rendered(po.updated("es", done, template)) == done
    assert b"# REVIEW: or despu" in done


def test_update_makes_no_fuzzy_matches():
    old, new = Catalog(), Catalog()
    old.add("You are in.")
    new.add("You are in!")
    catalog = po.updated("es", None, old)
    catalog.get("You are in.").string = "Estás dentro."
    assert not po.updated("es", po.rendered(catalog), new).get("You are in!").string


def test_placeholders_must_be_those_of_the_source():
    assert not check.placeholders(entry("In {x}", "Dentro: {x}"))
    assert check.placeholders(entry("In {x}", "Dentro"))
    assert check.placeholders(entry("In {x}", "Dentro {y}"))
    assert check.placeholders(entry("In {x", "Dentro {x"))


def test_a_form_for_one_number_may_write_it_as_a_word():
    source = ("{n} card", "{n} cards")
    assert not check.placeholders(entry("", "una", "{n} fichas", source=source, single=[0]))
    assert check.placeholders(entry("", "una", "fichas", source=source, single=[0]))


@pytest.mark.parametrize(
    ("locale", "single"),
    [("es", {0}), ("fr", set()), ("ru", set()), ("ar", {0, 1, 2}), ("zh_Hans", set())],
)
def test_plural_forms_that_stand_for_one_number_are_known(locale, single):
    assert check._single(po.empty(locale).plural_expr) == single


def test_unfinished_messages_are_reported():
    assert check.complete(entry("a", ""))
    assert check.complete(Entry("es", "", ("a",), ("b",), True))
    assert check.complete(entry("a", "b", source=("a", "as")))
    assert not check.complete(entry("a", "b"))


def test_outer_spaces_and_line_breaks_must_be_those_of_the_source():
    assert check.whitespace(entry("a ", "b"))
    assert check.whitespace(entry("a\nb", "a b"))
    assert not check.whitespace(entry("\na b\n", "\nc\n"))


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Saved!"),
        ("en", "Wait..."),
        ("en", "One  more"),
        ("en", "At -1 or below"),
        ("en", "<b>Who</b>"),
        ("es", "Quieres parar?"),
        ("fr", "Qui : {who}"),
        ("fr", "Qui: {who}"),
        ("ru", "Если Вы хотите"),
        ("ar", "نعم, لا"),
        ("ar", "\u200fنعم"),
        ("hi", "आप अंदर हैं."),
        ("zh_Hans", "你好,{who}"),
        ("zh_Hans", "你 好"),
    ],
)
def test_typography_that_breaks_a_rule_is_reported(locale, text):
    assert style.typography(entry(text, locale=locale))


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Your price is {price}. It’s 2.40 at 18:00…"),
        ("es", "¿Parar? «{title}»"),
        ("fr", "Qui\u00a0: «\u00a0{who}\u00a0» à 18:00 ?".replace(" ?", "\u202f?")),
        ("ru", "Вы можете остановить. Вы внутри, и вы решаете."),
        ("ar", "نعم، لا؟ 1,840"),
        ("hi", "आप अंदर हैं। {x} v2.0"),
        ("zh_Hans", "你好，{who}。MID 会回答：https://x.org"),
    ],
)
def test_correct_typography_is_not_reported(locale, text):
    assert not style.typography(entry(text, locale=locale))
    assert not style.banned(entry(text, locale=locale))


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Just tap Stop."),
        ("en", "Sell your data"),
        ("en", "Are you sure?"),
        ("es", "Los usuarios"),
        ("fr", "La plupart des membres"),
        ("pt_BR", "Não perca"),
        ("ru", "Для пользователей"),
        ("ar", "للمستخدمين"),
        ("hi", "उपयोगकर्ताओं के लिए"),
        ("zh_Hans", "请用户点击"),
    ],
)
def test_banned_words_are_reported(locale, text):
    assert style.banned(entry(text, locale=locale))


@pytest.mark.parametrize("text", ["Adjust it", "A justice union", "username", "Greater, unjust"])
def test_a_banned_word_inside_another_is_not_reported(text):
    assert not style.banned(entry(text, locale="en"))


def test_a_label_must_fit_its_button():
    assert style.lengths(entry("x" * 33, locale="en", context="button"))
    assert not style.lengths(entry("x" * 33, locale="en"))
    assert not style.lengths(entry("Offer", "x" * 40 + "{title}", context="button"))
    assert style.lengths(entry("Offer", "字" * 21, locale="zh_Hans", context="button"))
    assert style.width("e\u0301") == 1


def test_words_are_counted_as_the_script_writes_them():
    assert style.sentences("One. Two at 2.40? Three\nFour") == [
        "One.",
        "Two at 2.40?",
        "Three",
        "Four",
    ]
    assert style.sentences("一。二。") == ["一。", "二。"]
    assert style.sentences("एक है। दो हैं।") == ["एक है।", "दो हैं।"]
    assert style.count("{n} of 4 – yes") == 4
    assert style.count("你的价格是 {price}") == 3.5


def test_a_sentence_that_is_too_long_is_reported():
    assert style.lengths(entry("word " * 26 + "."))
    assert style.lengths(entry("字" * 51 + "。", locale="zh_Hans"))
    assert not style.lengths(entry("word " * 24 + "end. Next."))


def test_long_sentences_and_hard_english_are_reported_for_the_language():
    long = entry("word " * 19 + "end.", locale="en")
    assert "on average" in style.reading("en", [long])[0]
    hard = entry(
        "Organisational intermediaries necessarily facilitate individual authorisation. " * 4,
        locale="en",
    )
    assert "grade" in style.reading("en", [hard])[0]
    assert style.reading("en", [entry("Label without an end", locale="en")]) == []


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("licence", 2), ("licences", 3), ("member", 2), ("price", 1), ("consent", 2), ("buyer", 2),
        ("deleted", 3), ("stopped", 1), ("asked", 1), ("people", 2), ("organisation", 5),
        ("area", 3), ("period", 3), ("individual", 5), ("something", 2), ("union", 2),
        ("business", 2), ("material", 4), ("client", 2), ("table", 2), ("whole", 1), ("2", 1),
    ],
)  # fmt: skip
def test_syllables_are_counted_by_the_spelling(word, count):
    assert syllables(word) == count


def test_plain_english_has_a_low_grade_and_legal_english_a_high_one():
    assert grade("They get a copy. What they learned from it cannot be called back.") < 6
    assert (
        grade("Notwithstanding anticipated considerations, licensees acknowledge limitations.")
        > 12
    )
    assert grade("") == 0.0


def test_the_command_writes_a_new_language_and_checks_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(po, "HERE", tmp_path)
    monkeypatch.setattr(po, "TEMPLATE", tmp_path / "messages.pot")
    monkeypatch.setattr(po, "extracted", _one_message)
    monkeypatch.setattr(check, "_catalogue", check._catalogue.__wrapped__)
    monkeypatch.setattr(check, "_template", check._template.__wrapped__)
    assert tool.main(["update", "ca"]) == 0
    assert tool.main(["check", "ca"]) == 1
    path = po.po_path("ca")
    text = path.read_text("utf-8").replace(
        'msgid "Yes"\nmsgstr ""', '# REVIEW: ok?\nmsgid "Yes"\nmsgstr "Sí"'
    )
    path.write_text(text, "utf-8")
    capsys.readouterr()
    assert tool.main(["check", "ca"]) == 0
    assert capsys.readouterr().out == "ca: 1 marked REVIEW\n0 problems\n"
    assert tool.main(["extract"]) == 0
    assert capsys.readouterr().out == "messages.pot: current\n"


def test_check_sees_a_stale_template_a_stale_catalogue_and_a_wrong_rule(tmp_path, monkeypatch):
    monkeypatch.setattr(po, "TEMPLATE", tmp_path / "messages.pot")
    assert check.template_current()
    template, catalogue = _one_message(), Catalog(locale="ru")
    catalogue.add("No", "Нет")
    catalogue.mime_headers = [("Plural-Forms", "nplurals=1; plural=0;")]
    monkeypatch.setattr(check, "_catalogue", lambda _: catalogue)
    monkeypatch.setattr(check, "_template", lambda: template)
    assert len(check.same_messages("ru")) == 2
    assert check.header("ru")


def test_an_unknown_language_is_refused(capsys):
    with pytest.raises(SystemExit) as refused:
        tool.main(["update", "qqq"])
    assert refused.value.code == 2


def _one_message():
    catalog = Catalog()
    catalog.add("Yes", locations=[("dialogs/a.py", 1)])
    return catalog
