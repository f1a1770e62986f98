"""Block Kit and Slack's markup as HTML: what is drawn, and that no text can become markup."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import emoji, render
from sandbox.markdown import markdown
from sandbox.mrkdwn import mrkdwn, safe_url
from sandbox.reader import Reader
from sandbox.render import Choice, Place, Surface

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
EVA = Reader(
    "U0EVA",
    BERLIN,
    NOW,
    people={"U0EVA": "Eva Lindqvist", "U0ANA": "Ana <Souza>"},
    channels={"C0ACME": "acme"},
)
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
VOID = {"br", "hr", "img", "input"}
HARMLESS = VOID | {
    *("a", "article", "b", "blockquote", "button", "code", "div", "em", "figure", "figcaption", "h3", "label"),
    *("li", "ol", "optgroup", "option", "p", "pre", "rect", "s", "section", "select", "small", "span", "strong", "svg"),
    *("table", "tbody", "td", "template", "textarea", "th", "thead", "tr", "time", "u", "ul", "use"),
}


class Seen(HTMLParser):
    """The tags, attributes and text of a piece of HTML; it fails on a tag closed out of turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self.open: list[str] = []
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def values(self, name: str) -> list[str]:
        return [value for known, value in self.attributes if known == name]


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mark(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def surface(**more: Any) -> Surface:
    return Surface(
        EVA,
        "m-1",
        people=[Choice("U0ANA", "Ana Souza")],
        places=[Place("C0ACME", "acme"), Place("G0X", "x", "private")],
        **more,
    )


def draw(*content: dict[str, Any], **more: Any) -> Seen:
    return Seen(render.blocks(content, surface(**more)))


def assert_harmless(html: str) -> None:
    seen = Seen(html)
    assert set(seen.tags) <= HARMLESS
    assert seen.open == []
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name == "style"]
    assert all(safe_url(url) or url.startswith(("/?as=", "/static/")) for url in seen.values("href"))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _italic_ ~gone~ `code`", "<strong>bold</strong> <em>italic</em> <s>gone</s> <code>code</code>"),
        ("*bold _and italic_*", "<strong>bold <em>and italic</em></strong>"),
        ("*a _b* c_", "<strong>a _b</strong> c_"),
        ("snake_case_name 2*3*4 ~ *", "snake_case_name 2*3*4 ~ *"),
        ("`*not* <b>`", "<code>*not* &lt;b&gt;</code>"),
        ("```\n*not*\n<b>\n```", "<pre><code>*not*\n&lt;b&gt;</code></pre>"),
        ("one\ntwo", "one<br>two"),
        ("&gt; said\n&gt; twice\nafter", "<blockquote>said<br>twice</blockquote>after"),
        ("> said", "<blockquote>said</blockquote>"),
        ("<@U0EVA>", '<span class="mention me">@Eva Lindqvist</span>'),
        ("<@U0ANA>", '<span class="mention">@Ana &lt;Souza&gt;</span>'),
        ("<@U9|zed>", '<span class="mention">@zed</span>'),
        ("<#C0ACME>", '<a class="mention" href="/?as=U0EVA&amp;in=C0ACME">#acme</a>'),
        ("<#G0SECRET>", '<span class="mention">#private channel</span>'),
        (
            "<!here> <!channel|channel>",
            '<span class="mention me">@here</span> <span class="mention me">@channel</span>',
        ),
        ("done :white_check_mark: at 10:30:45 :nonesuch:", "done ✅ at 10:30:45 :nonesuch:"),
        ("<!date^1795165200^{date_short_pretty} at {time}|soon>", "<time>Today at 10:00</time>"),
        ("<!date^junk^{date}|soon &amp; late>", "<time>soon &amp; late</time>"),
        ("&lt;b&gt; &amp;lt; &quot;", "&lt;b&gt; &amp;lt; &amp;quot;"),
    ],
)
def test_slacks_marks_become_tags(text: str, html: str) -> None:
    """Each mark of Slack's has its tag, and what only looks like one stays text."""
    assert mrkdwn(text, EVA) == html


def test_lists_hang_by_their_marks() -> None:
    """A line that starts with a bullet or number keeps its mark beside its words."""
    seen = Seen(mrkdwn("todo\n• one\n  ◦ inner\n2. two", EVA))
    assert seen.values("class") == [
        "item depth-0",
        "mark",
        "item depth-1",
        "mark",
        "item depth-0",
        "mark",
    ]
    assert seen.words == "todo•one◦inner2.two"


@pytest.mark.parametrize("url", ["https://x.y/z?a=1&b=2", "http://x.y", "mailto:dana@acme.example", "slack://open"])
def test_known_schemes_become_links(url: str) -> None:
    """http, https, mailto and slack addresses are links that open beside the page."""
    seen = Seen(mrkdwn(f"<{url.replace('&', '&amp;')}|the *plan*>", EVA))
    assert (seen.values("href"), seen.words) == ([url], "the *plan*")
    assert seen.values("rel") == ["noopener noreferrer"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//x.y",
        "http://[",
        "file:///etc",
    ],
)
def test_other_schemes_stay_text(url: str) -> None:
    """An address that a page must not follow becomes no link, in any of the places where one could stand."""
    link = {"type": "link", "url": url, "text": "here"}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]}
    press = {"type": "actions", "elements": [{"type": "button", "text": plain("Go"), "url": url, "action_id": "a"}]}
    image = {"type": "image", "image_url": url, "alt_text": "a plan"}
    for seen in (
        Seen(mrkdwn(f"<{url}|here> {url}", EVA)),
        Seen(mrkdwn(f"<!date^1795165200^{{date}}^{url}|here>", EVA)),
        Seen(markdown(f"[here]({url}) <{url}>")),
        draw(rich),
        draw(press),
        draw(image),
    ):
        assert "a" not in seen.tags
        assert seen.values("src") == []
        assert not [value for value in seen.values("href") if not value.startswith("/static/")]


def test_bare_addresses_become_links_without_the_full_stop() -> None:
    """A typed address is a link up to its last telling character."""
    seen = Seen(mrkdwn("see https://x.y/a_b_c?d=1&amp;e=2. (https://z.w)", EVA))
    assert seen.values("href") == ["https://x.y/a_b_c?d=1&e=2", "https://z.w"]


@given(
    st.text(st.sampled_from("*_~`<>&|!@#^:;[]()\\/\"'\n -•1abU\ue000\ue001")).map(
        lambda text: text.replace("ab", "https://x.y/")
    )
)
def test_no_text_becomes_markup(text: str) -> None:
    """For any text, the only tags are those of the marks: closed, and without attributes of the writer."""
    assert_harmless(mrkdwn(text, EVA))
    assert_harmless(markdown(text))


P, M, SRC = plain(EVIL), mark(EVIL), f"https://x.y/{EVIL}"
OPTION = {"text": P, "value": EVIL, "description": P, "url": EVIL}
CONFIRM = {"title": P, "text": M, "confirm": P, "deny": P, "style": EVIL}
EVIL_ELEMENTS: list[dict[str, Any]] = [
    {"type": "button", "text": P, "value": EVIL, "style": EVIL, "url": SRC, "accessibility_label": EVIL},
    {"type": "static_select", "placeholder": P, "options": [OPTION]},
    {"type": "static_select", "option_groups": [{"label": P, "options": [OPTION]}]},
    {"type": "overflow", "options": [OPTION]},
    {"type": "datepicker", "initial_date": EVIL, "placeholder": P},
    {"type": "datetimepicker", "initial_date_time": EVIL},
    {"type": "radio_buttons", "options": [{"text": M, "value": EVIL, "description": M}]},
    {"type": "checkboxes", "options": [{"text": M, "value": EVIL}]},
    {"type": EVIL},
]
EVIL_INPUTS: list[dict[str, Any]] = [
    *EVIL_ELEMENTS[1:],
    {"type": "plain_text_input", "initial_value": EVIL, "placeholder": P, "max_length": EVIL},
    {"type": "plain_text_input", "initial_value": f"</textarea>{EVIL}", "multiline": True},
    {"type": "external_select", "min_query_length": EVIL, "initial_option": {"text": P, "value": EVIL}},
    {"type": "multi_external_select", "min_query_length": EVIL, "placeholder": P, "initial_options": [OPTION]},
]
EVIL_PARTS = [
    {"type": "text", "text": EVIL, "style": {"bold": True}},
    {"type": "emoji", "name": EVIL},
    {"type": "user", "user_id": EVIL},
    {"type": "color", "value": EVIL},
    {"type": "link", "url": SRC},
]
EVIL_CHART = {
    "type": "line",
    "series": [{"name": EVIL, "data": [{"label": EVIL, "value": 1}]}],
    "axis_config": {"categories": [EVIL], "x_label": EVIL},
}
EVIL_BLOCKS = [
    {"type": "section", "text": M, "fields": [P, M]},
    {"type": "header", "text": P},
    {"type": "context", "elements": [M, {"type": "image", "image_url": SRC, "alt_text": EVIL}]},
    {"type": "image", "image_url": SRC, "alt_text": EVIL, "title": P},
    {"type": "markdown", "text": EVIL},
    {"type": "table", "rows": [[{"type": "raw_text", "text": EVIL}]], "column_settings": [{"align": EVIL}]},
    {"type": "alert", "text": M, "level": EVIL},
    {"type": "card", "title": M, "body": M, "subtitle": M, "hero_image": {"image_url": SRC, "alt_text": EVIL}},
    {"type": "data_visualization", "title": EVIL, "chart": {"type": "pie", "segments": [{"label": EVIL, "value": 1}]}},
    {"type": "data_visualization", "title": EVIL, "chart": EVIL_CHART},
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": EVIL_PARTS}]},
    {"type": EVIL},
    {"type": "actions", "elements": [{**one, "action_id": EVIL, "confirm": CONFIRM} for one in EVIL_ELEMENTS]},
    *({"type": "input", "label": P, "hint": P, "element": {**one, "action_id": EVIL}} for one in EVIL_INPUTS),
]


@pytest.mark.parametrize("block", EVIL_BLOCKS, ids=lambda block: block["type"][:12])
def test_no_part_of_a_block_becomes_markup(block: dict[str, Any]) -> None:
    """Hostile text in any part of any block comes out as text."""
    hostile = {**block, "block_id": EVIL}
    assert_harmless(render.blocks([hostile], surface(errors={EVIL: EVIL})))


def test_plain_text_knows_no_marks() -> None:
    """`plain_text` shows stars, brackets and entities as they are, and emoji shortcodes as emoji."""
    seen = draw({"type": "header", "text": plain("*Acme* <@U0ANA> &lt; :tada:")})
    assert seen.words.strip() == "*Acme* <@U0ANA> &lt; 🎉"


def test_label_hint_and_error_are_tied_to_their_field() -> None:
    """A screen reader, and a test, finds a field by its label, its hint and what is wrong with it."""
    element = {"type": "plain_text_input", "action_id": "text"}
    block = {"type": "input", "block_id": "due date", "label": plain("Due"), "hint": plain("A day"), "element": element}
    seen = draw(block, errors={"due date": "That day is past."})
    (field,) = seen.values("for")
    assert field in seen.values("id")
    assert " " not in field
    assert set(seen.values("aria-describedby")[0].split()) == {f"{field}-wrong", f"{field}-hint"}
    assert seen.values("aria-invalid") == ["true"]
    assert "That day is past." in seen.words


def test_what_was_filled_in_wins_over_the_initial_value() -> None:
    """State replaces initial values, an emptied field included."""
    element = {"type": "plain_text_input", "action_id": "a", "initial_value": "first"}
    block = {"type": "input", "block_id": "b", "label": plain("Text"), "element": element}
    assert draw(block).values("value") == ["first"]
    assert draw(block, state={"b": {"a": {"type": "plain_text_input", "value": "then"}}}).values("value") == ["then"]
    assert draw(block, state={"b": {"a": {"type": "plain_text_input", "value": None}}}).values("value") == [""]


@pytest.mark.parametrize(
    ("element", "chosen"),
    [
        ({"type": "users_select", "initial_user": "U0ANA"}, "U0ANA"),
        ({"type": "channels_select", "initial_channel": "C0ACME"}, "C0ACME"),
        ({"type": "conversations_select", "initial_conversation": "G0X"}, "G0X"),
        (
            {
                "type": "static_select",
                "options": [{"text": plain("A"), "value": "a"}, {"text": plain("B"), "value": "b"}],
                "initial_option": {"text": plain("B"), "value": "b"},
            },
            "b",
        ),
    ],
)
def test_selects_show_their_choice(element: dict[str, Any], chosen: str) -> None:
    """People, channels, conversations and options: the initial one is selected."""
    html = str(render.blocks([{"type": "actions", "elements": [{**element, "action_id": "a"}]}], surface()))
    assert f'<option value="{chosen}" selected>' in html


def test_a_conversations_filter_narrows_the_choice() -> None:
    """Only the kinds that the filter includes are offered."""
    element = {"type": "conversations_select", "action_id": "a", "filter": {"include": ["public"]}}
    assert draw({"type": "actions", "elements": [element]}).values("value") == ["", "C0ACME"]


def test_pickers_among_buttons_read_like_buttons() -> None:
    """A date picker in a message shows its placeholder, or its day in words."""
    empty = {"type": "datepicker", "action_id": "a", "placeholder": plain("New date")}
    seen = draw({"type": "actions", "elements": [empty, {**empty, "initial_date": "2026-12-04"}]})
    assert seen.words.split() == ["New", "date", "Fri", "4", "Dec", "2026"]
    assert seen.values("aria-label") == ["New date", "New date"]


def test_buttons_for_others_are_not_drawn() -> None:
    """`visible_to_user_ids` hides a button from other people."""
    for_ana = {"type": "button", "text": plain("Ana's"), "action_id": "a", "visible_to_user_ids": ["U0ANA"]}
    for_eva = {"type": "button", "text": plain("Eva's"), "action_id": "b", "visible_to_user_ids": ["U0EVA"]}
    assert draw({"type": "actions", "elements": [for_ana, for_eva]}).words.split() == ["Eva's"]


def test_ids_of_different_blocks_stay_different() -> None:
    """Characters that a DOM id cannot hold are spelled out, not dropped."""
    assert len({Surface.slug(ident) for ident in ("a b", "a-b", "a_b", "a:b", "ab")}) == 5


def test_unknown_blocks_say_so() -> None:
    """A block that is not drawn leaves a line with its type, so that readers do not miss it."""
    assert "does not draw the block “hologram”" in draw({"type": "hologram"}).words


def test_charts_show_their_figures() -> None:
    """Each value stands in its row and column, in the order of the categories, with a bar by its size."""
    series = [
        {"name": "Open", "data": [{"label": "June", "value": 1500}, {"label": "May", "value": 750}]},
        {"name": "Late", "data": [{"label": "May", "value": -3}, {"label": "June", "value": 0.5}]},
    ]
    chart = {"type": "line", "series": series, "axis_config": {"categories": ["May", "June"], "x_label": "Month"}}
    seen = draw({"type": "data_visualization", "title": "Commitments", "chart": chart})
    assert seen.words.split() == [
        *("Commitments", "(line", "chart)", "Month", "Open", "Late"),
        *("May", "750", "-3", "June", "1,500", "0.5"),
    ]
    assert seen.values("width")[1::2] == ["50", "0", "100", "0"]


def test_rich_text_lists_and_quotes() -> None:
    """Structured text keeps its structure."""
    items = [{"type": "rich_text_section", "elements": [{"type": "text", "text": word}]} for word in ("a", "b")]
    ordered = {"type": "rich_text_list", "style": "ordered", "elements": items}
    quote = {"type": "rich_text_quote", "elements": [{"type": "user", "user_id": "U0EVA"}]}
    seen = draw({"type": "rich_text", "elements": [ordered, quote]})
    assert [tag for tag in seen.tags if tag != "div"] == ["ol", "li", "li", "blockquote", "span"]


def test_markdown_blocks_translate_the_common_part() -> None:
    """Headings, lists, tasks, tables, fences and emphasis of a `markdown` block."""
    seen = Seen(
        markdown("# Plan\n- **one**\n- [x] ~~two~~\n\n| a | b |\n|--|--|\n| 1 \\| 2 | `c` |\n\n```\n<b>\n```\n> q")
    )
    assert [tag for tag in seen.tags if tag not in {"span", "div", "tr"}] == [
        *("p", "strong", "s", "table", "thead", "th", "th", "tbody", "td", "td", "code"),
        *("pre", "code", "blockquote", "p"),
    ]
    assert "1 | 2" in seen.words


def test_quotes_do_not_nest_without_end() -> None:
    """Ten thousand quote marks are one quote, not a stack too deep to draw."""
    assert Seen(markdown(">" * 10_000 + " deep")).tags == ["blockquote", "p"]


def test_a_shortcode_with_a_skin_tone_is_one_emoji() -> None:
    """`:+1::skin-tone-3:` is drawn without the tone."""
    assert emoji.replace(":+1::skin-tone-3: ok") == "👍 ok"
