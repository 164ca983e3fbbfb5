"""From template to HTML: what the compiler swallows in silence is caught before it, and faults name their file."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from outreach.foundation.errors import OutreachError, Refused
from outreach.rendering import mjml
from outreach.rendering.edition import Kind
from outreach.rendering.links import Links
from outreach.rendering.message import source
from outreach.rendering.part import Part
from tests.rendering.letters import HOME, LANGUAGES, edition

REFEREE = Path(__file__).parents[2] / "node_modules" / "mjml"
SPACE = {"padding", "padding-top"}
TYPE = {"font-family", "font-size", "line-height", "font-weight", "letter-spacing", "text-transform", "color", "align"}
ALLOWED = {
    "mjml": {"lang"},
    "mj-breakpoint": {"width"},
    "mj-class": TYPE | {"name"},
    "mj-text": TYPE | SPACE | {"mj-class", "css-class"},
    "mj-body": {"width", "background-color", "css-class"},
    "mj-section": {"css-class", "background-color", "padding", "full-width"},
    "mj-image": {"css-class", "src", "alt", "padding", "width"},
    "mj-divider": {"css-class", "border-width", "border-color", "padding"},
    "mj-button": TYPE | SPACE | {"css-class", "href", "background-color", "border-radius", "inner-padding"},
    **{
        name: set()
        for name in ("mj-head", "mj-title", "mj-preview", "mj-attributes", "mj-raw", "mj-style", "mj-column")
    },
}


def document(inner: str) -> str:
    return f"<mjml><mj-body><mj-section><mj-column>{inner}</mj-column></mj-section></mj-body></mjml>"


def test_a_missing_template_is_named() -> None:
    with pytest.raises(OutreachError, match=r"templates/mail/absent\.mjml\.j2 is missing"):
        mjml.write("absent.mjml.j2")


def test_a_template_that_misses_a_value_is_named() -> None:
    with pytest.raises(OutreachError, match=r"issue\.mjml\.j2 cannot be used"):
        mjml.write("issue.mjml.j2")


def test_unreadable_mjml_names_template_and_line() -> None:
    with pytest.raises(OutreachError, match=r"x\.j2 .*line 3: unexpected element"):
        mjml.compile_html("<mjml>\n<!-- å中 -->\n<mj-column></mj-column></mjml>", "x.j2")


def test_mjml_that_ends_too_early_is_refused_though_it_has_no_line() -> None:
    with pytest.raises(OutreachError, match=r"x\.j2 .*unexpected end"):
        mjml.compile_html("<mjml><mj-body><p>å</mj-body></mjml>", "x.j2")


def test_an_include_never_reads_a_file() -> None:
    with pytest.raises(OutreachError):
        mjml.compile_html(document('<mj-include path="/etc/passwd" />'), "x.j2")


def test_nesting_that_would_end_the_process_is_refused() -> None:
    for element in ("mj-wrapper", "div", "span"):
        with pytest.raises(Refused, match="nested too deeply"):
            mjml.compile_html(document(f"<{element}>" * 2000 + f"</{element}>" * 2000), "x.j2")


def test_a_source_above_256_kilobytes_is_refused() -> None:
    with pytest.raises(Refused, match="256 kB"):
        mjml.compile_html(document(f"<mj-text>{'字' * 90_000}</mj-text>"), "x.j2")


@pytest.mark.parametrize("text", ["a\\b", "a\u00a0b", "a\u3000b", "e\u0301", "☺️", "😀", "𠮷", "\ue000click\ue001"])
def test_attributes_keep_every_character(text: str) -> None:
    html = mjml.compile_html(document(f'<mj-text><a href="https://a.example/{text}">{text}</a></mj-text>'), "x.j2")

    assert "\\u{" not in html
    for character in text:
        assert html.count(character) + html.count(f"&#{ord(character)};") >= 2


def sources() -> dict[str, str]:
    """Write the MJML of every design, language and layout."""
    found = {}
    for kind in Kind:
        for language in LANGUAGES:
            links = Links(HOME, tracked=kind is not Kind.SYSTEM)
            parts = [Part(edition(language, kind, demo_banner="Demo", embargo_line="Embargo"), links)]
            found[f"{kind}-{language}"] = source(parts)
            other = Part(edition("sv" if language == "en" else "en", kind), links, second=True)
            found[f"{kind}-{language}-stacked"] = source([*parts, other])
    return found


def test_our_templates_use_only_tags_and_attributes_that_mjml_knows() -> None:
    unknown = {
        f"{tag} {name}"
        for text in sources().values()
        for tag, attributes in re.findall(r"<(mj[\w-]*)((?:\s+[\w-]+=\"[^\"]*\")*)\s*/?>", text)
        for name in re.findall(r"([\w-]+)=\"", attributes)
        if name not in ALLOWED.get(tag, set())
    }

    assert unknown == set()


@pytest.mark.skipif(
    not REFEREE.is_dir() or shutil.which("node") is None, reason="the reference compiler is not installed (make assets)"
)
def test_the_reference_compiler_finds_no_fault_in_our_templates() -> None:
    judge = """
        const path = process.argv[1]; const found = require(path); const mjml = found.default || found;
        let text = ""; process.stdin.on("data", part => text += part).on("end", async () => {
            for (const [name, source] of Object.entries(JSON.parse(text))) {
                try { await mjml(source, { validationLevel: "strict", fonts: {} }) }
                catch (fault) { console.log(name + ": " + fault.message) }
            }
        })
    """

    told = subprocess.run(
        [shutil.which("node") or "node", "-e", judge, str(REFEREE)],
        input=json.dumps(sources()),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert told.stdout == ""
