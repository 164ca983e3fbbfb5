"""Rich text goes from HTML to Markdown and back without a loss."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.content import markdown, markdown_writing, prose_reading, prose_writing
from outreach.content.prose import Prose
from outreach.rendering import richtext

WORDS = st.text(
    alphabet=st.one_of(
        st.sampled_from(list(" \u00a0\u3000ab1.)-+*_#>=~`[]()<&;!|\\\"'\n，。：“”（）中文印染–…å")),
        st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Co"]),
    ),
    max_size=20,
)
ADDRESSES = st.sampled_from(
    ["https://x.example", "https://x.example/a_(b)?q=1&copy;=2&amp;=3", "mailto:a_b@x.example", "https://x.example/*_*"]
)


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


CHIPS = st.builds(lambda label: f'<span data-merge="first_name">{escape(label)}</span>', WORDS)
INLINE = st.recursive(
    st.one_of(WORDS.map(escape), CHIPS, st.just("<br>")),
    lambda inner: st.one_of(
        st.builds(lambda tag, text: f"<{tag}>{text}</{tag}>", st.sampled_from(["strong", "em", "b", "i"]), inner),
        st.builds(lambda url, text: f'<a href="{escape(url)}">{text}</a>', ADDRESSES, WORDS.map(escape)),
        st.lists(inner, max_size=3).map("".join),
    ),
    max_leaves=8,
)
BLOCKS = st.recursive(
    INLINE.map(lambda text: f"<p>{text}</p>"),
    lambda inner: st.builds(
        lambda tag, items: f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>",
        st.sampled_from(["ul", "ol"]),
        st.lists(st.one_of(INLINE, inner, st.tuples(INLINE, inner).map("".join)), max_size=3),
    ),
    max_leaves=6,
)


def read(text: str) -> Prose:
    return markdown.read(text, file="x.md")


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(BLOCKS, max_size=4).map("".join))
def test_every_rich_text_survives_files(html: str) -> None:
    prose = prose_reading.from_html(html)
    written = markdown_writing.write(prose)

    assert read(written) == prose
    assert markdown_writing.write(read(written)) == written


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(BLOCKS, max_size=4).map("".join))
def test_the_normal_form_is_clean_and_stays(html: str) -> None:
    normal = prose_reading.normal(html)

    assert richtext.clean(normal) == normal
    assert prose_reading.normal(normal) == normal


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(max_size=60))
def test_any_file_is_read_or_refused(text: str) -> None:
    try:
        prose = read(text)
    except markdown.Mistake:
        return

    assert read(markdown_writing.write(prose)) == prose


@pytest.mark.parametrize(
    ("html", "written"),
    [
        ("<p>– Det gick, säger Eva.</p>", "– Det gick, säger Eva."),
        ("<p>a<br>b</p>", "a\\\nb"),
        ("<p>2026. Ett år</p>", "2026\\. Ett år"),
        ("<p># 1</p><p>- 2</p>", "\\# 1\n\n\\- 2"),
        ("<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>", "1. a\n2. b\n   - c"),
        ("<p><b>fet </b>text</p>", "**fet** text"),
        ("<p><strong>导语。</strong>江苏</p>", "<strong>导语。</strong>江苏"),
        ("<p><strong>新闻图片</strong> 可在</p>", "**新闻图片** 可在"),
        ('<p><a href="mailto:press@x.example">press@x.example</a></p>', "[press@x.example](mailto:press@x.example)"),
        ('<p>Hej <span data-merge="first_name">Namn</span>!</p>', 'Hej <span data-merge="first_name">Namn</span>!'),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n- b"),
        ("<p>snake_case och _så_</p>", "snake_case och \\_så\\_"),
    ],
)
def test_markdown_is_written_as_a_person_would(html: str, written: str) -> None:
    assert markdown_writing.write(prose_reading.from_html(html)) == written


def test_a_line_break_between_chinese_characters_is_no_space() -> None:
    assert prose_writing.to_html(read("加班往往\n不是，\n从 a\nb")) == "<p>加班往往不是，从 a b</p>"


def test_markdown_written_in_other_ways_means_the_same() -> None:
    assert prose_writing.to_html(read("* __a__\n\n+ <https://x.example>")) == (
        '<ul><li><strong>a</strong></li></ul><ul><li><a href="https://x.example">https://x.example</a></li></ul>'
    ).replace("</ul><ul>", "")
