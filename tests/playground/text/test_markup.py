"""Telegram's HTML: the text and entities it becomes, and its errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import ApiError
from playground.text.links import checked_link
from playground.text.markup import parse_html, utf16_length
from playground.text.text import compose


def entity(kind: str, offset: int, length: int, **more):
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("markup", "text", "entities"),
    [
        ("<b>a</b> <STRONG>b</STRONG>", "a b", [entity("bold", 0, 1), entity("bold", 2, 1)]),
        ("<i>a</i><em>b</em>", "ab", [entity("italic", 0, 1), entity("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [entity("underline", 0, 1), entity("underline", 1, 1)]),
        (
            "<s>a</s><strike>b</strike><del>c</del>",
            "abc",
            [entity("strikethrough", number, 1) for number in range(3)],
        ),
        (
            '<tg-spoiler>a</tg-spoiler><span class="tg-spoiler">b</span>',
            "ab",
            [entity("spoiler", 0, 1), entity("spoiler", 1, 1)],
        ),
        ("😀<b>é😀</b>", "😀é😀", [entity("bold", 2, 3)]),
        ("<b>a<i>b</i></b>", "ab", [entity("bold", 0, 2), entity("italic", 1, 1)]),
        ("<b>a</>", "a", [entity("bold", 0, 1)]),
        ("<b></b>a", "a", []),
        ("&lt;b&gt; &amp; &quot;x&quot; &#233; &#x1F600;", '<b> & "x" é 😀', []),
        ("AT&T &copy; &nbsp; & &#0;", "AT&T &copy; &nbsp; & &#0;", []),
        ("a > b", "a > b", []),
        (
            '<a href="https://x.org/?a=1&amp;b=2">x</a>',
            "x",
            [entity("text_link", 0, 1, url="https://x.org/?a=1&b=2")],
        ),
        ("<a href=x.org>x</a>", "x", [entity("text_link", 0, 1, url="http://x.org")]),
        ("<a>x.org</a>", "x.org", [entity("text_link", 0, 5, url="http://x.org")]),
        ('<a href="http://localhost/">x</a>', "x", []),
        ('<a href="javascript:alert(1)">x</a>', "x", []),
        (
            '<a href="tg://user?id=7">x</a>',
            "x",
            [entity("text_mention", 0, 1, user={"id": 7})],
        ),
        (
            '<pre><code class="language-python">x</code></pre>',
            "x",
            [entity("pre", 0, 1, language="python")],
        ),
        ("<pre>a</pre><code>b</code>", "ab", [entity("pre", 0, 1), entity("code", 1, 1)]),
        (
            "<blockquote>a</blockquote><blockquote expandable>b</blockquote>",
            "ab",
            [entity("blockquote", 0, 1), entity("expandable_blockquote", 1, 1)],
        ),
        (
            '<tg-emoji emoji-id="5">👍</tg-emoji>',
            "👍",
            [entity("custom_emoji", 0, 2, custom_emoji_id="5")],
        ),
        (
            '<tg-time unix="17">then</tg-time>',
            "then",
            [entity("date_time", 0, 4, unix_time=17)],
        ),
    ],
)
def test_markup_becomes_plain_text_and_entities(markup, text, entities):
    assert parse_html(markup) == (text, entities)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("é<p>a</p>", 'Unsupported start tag "p" at byte offset 2'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("1 <2", "Unclosed start tag at byte offset 2"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<a =x>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x_y>", "Unexpected end of name token at byte offset 8"),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        (
            "<b>a</i>",
            'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
        ),
        ("<b><i>a</i>", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_markup_is_refused_with_its_place(markup, words):
    with pytest.raises(ApiError) as refused:
        parse_html(markup)
    assert refused.value.description == f"Bad Request: can't parse entities: {words}"


@given(st.text())
def test_any_text_that_is_escaped_comes_back_as_it_was(text):
    text = text.replace("\x00", "")
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parse_html(f"<b>{escaped}</b>")[0] == text


@given(st.text(alphabet="<>/&;#ab \"'=é😀", max_size=30))
def test_any_markup_is_either_shown_or_refused(markup):
    try:
        text, entities = parse_html(markup)
    except ApiError as refusal:
        text, entities = refusal.description, []
        if not text.startswith("Bad Request: can't parse entities: "):
            raise
    for entity in entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= utf16_length(text)


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("", None, "message text is empty"),
        (" \n ", None, "text must be non-empty"),
        ("<b> </b>", "HTML", "text must be non-empty"),
        ("x" * 4097, None, "message is too long"),
        ("😀" * 8193, None, "text is too long"),
        ("x", "XML", "unsupported parse_mode"),
    ],
)
def test_text_that_cannot_be_shown_is_refused(text, mode, words):
    with pytest.raises(ApiError) as refused:
        compose(text, mode, None)
    assert refused.value.description == f"Bad Request: {words}"


def test_length_counts_code_points_after_the_markup_is_read():
    assert len(compose("<b>" + "😀" * 4096 + "</b>", "html", None)[0]) == 4096


def test_spaces_around_the_text_are_cut_up_to_the_first_entity():
    assert compose("\n  hello  \n", None, None) == ("hello", [])
    assert compose("  <b> hello</b>  ", "HTML", None) == (" hello", [entity("bold", 0, 6)])
    assert compose("a<b> b  </b>", "HTML", None) == ("a b", [entity("bold", 1, 2)])


def test_links_and_commands_are_found_where_nothing_else_is():
    text = "See https://x.org/a, /price or a@x.org and @midline; t.me/midline_bot?start=1"
    kinds = [
        (entity["type"], text[entity["offset"] : entity["offset"] + entity["length"]])
        for entity in compose(text, None, None)[1]
    ]
    assert kinds == [
        ("url", "https://x.org/a"),
        ("bot_command", "/price"),
        ("email", "a@x.org"),
        ("mention", "@midline"),
        ("url", "t.me/midline_bot?start=1"),
    ]
    assert compose("<code>/price</code>", "HTML", None)[1] == [entity("code", 0, 6)]
    assert compose("1/2 and/or", None, None)[1] == []


def test_entities_given_apart_are_checked_against_the_text():
    def refused(*entities):
        with pytest.raises(ApiError) as info:
            compose("a😀b", None, list(entities))
        return info.value.description

    bold = entity("bold", 0, 3)
    assert compose("a😀b", None, [bold, entity("nonsense", 0, 1), entity("bold", 1, 0)])[1] == [
        bold
    ]
    assert "ends after the end of the text" in refused(entity("bold", 0, 9))
    assert "in a middle of a UTF-16 symbol" in refused(entity("bold", 2, 1))
    assert "ends in a middle of a UTF-16 symbol" in refused(entity("bold", 0, 2))
    links = [entity("text_link", 0, 1, url="localhost"), entity("text_link", 0, 1, url="x.org")]
    assert compose("abc", None, links)[1] == [entity("text_link", 0, 1, url="http://x.org")]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://x.org", "https://x.org"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("http://localhost:80", None),
        ("ftp://x.org", None),
        ("https://x.org:port", None),
        ("https://x .org", None),
        ("", None),
    ],
)
def test_only_links_the_server_understands_stay_links(url, kept):
    assert checked_link(url) == kept
