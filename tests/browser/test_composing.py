"""Writing a newsletter in two languages: by keyboard alone, without script, and when the connection goes."""

import io
import re

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Page, Route, expect

from tests.browser.site import FITS, LANGUAGES, NO_ANSWER, SPEAKS, Site, keep, needs_demo, violations
from tests.browser.test_segments import tab_to

pytestmark = [pytest.mark.browser, needs_demo]


def begin(page: Page, title: str) -> None:
    page.goto("/pieces/new")
    page.locator("#title").fill(title)
    page.locator("#title").press("Enter")
    expect(page.locator("h1")).to_have_text(title)


def letter(page: Page) -> str:
    return page.frame_locator("#preview iframe").locator("body").inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_is_written_by_keyboard_alone_and_the_preview_follows(site: Site, language: str) -> None:
    with site.page(SPEAKS[language]) as page:
        page.goto("/newsletters")
        page.locator("a[href='/pieces/new?kind=issue']").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/pieces/new*")
        tab_to(page, "#title")
        page.keyboard.type(f"Keyboard {language}")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(f"Keyboard {language}")

        tab_to(page, f"#edition-{language}-subject")
        page.keyboard.type("水 and water")
        tab_to(page, f".pane[id='pane-block-text-1-{language}'] .rich-text")
        page.keyboard.type("Hello ")
        page.keyboard.press("Control+b")
        page.keyboard.type("everybody")
        expect(page.locator(f"#state-block-text-1-{language}")).to_have_attribute("data-tone", "ok")
        expect(page.frame_locator("#preview iframe").locator("strong", has_text="everybody")).to_be_visible()
        faults = violations(page)
        keep(page, f"compose/{language}")
        page.reload()

        expect(page.locator(f"#edition-{language}-subject")).to_have_value("水 and water")
        expect(page.locator(f"output[for='edition-{language}-subject']")).to_have_text("12/50")
        expect(page.locator(f"[id='pane-block-text-1-{language}'] .rich-text strong")).to_have_text("everybody")
        assert faults == []


def test_a_merge_field_is_a_chip_that_reaches_the_letter(site: Site) -> None:
    with site.page("approver") as page:
        begin(page, "A letter with a name")
        pane = page.locator("#pane-block-text-1-en")

        pane.locator(".rich-text").click()
        page.keyboard.type("Dear ")
        pane.locator(".rich-bar select").select_option("first_name")
        page.keyboard.type("!")
        expect(page.locator("#state-block-text-1-en")).to_have_attribute("data-tone", "ok")
        page.reload()

        expect(pane.locator(".rich-text [data-merge=first_name]")).to_have_count(1)


def test_what_is_pasted_from_word_arrives_clean(site: Site) -> None:
    with site.page("approver") as page:
        begin(page, "Pasted")
        page.locator("#pane-block-text-1-en .rich-text").click()

        page.evaluate(
            """html => {
                const data = new DataTransfer();
                data.setData("text/html", html);
                document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
            }""",
            '<p class=MsoNormal style="color:red"><b>Water</b> <span style="font-family:SimSun">水</span><o:p></o:p>'
            '<img src="https://tracker.example/x.gif"><table><tr><td>cell</td></tr></table>',
        )

        expect(page.locator("#state-block-text-1-en")).to_have_attribute("data-tone", "ok")
        sent = page.locator("#pane-block-text-1-en textarea").input_value()
        assert "<strong>Water</strong> 水" in sent
        assert not re.search(r"style|Mso|img|table|o:p", sent)


def test_nothing_typed_is_lost_when_the_connection_goes(site: Site) -> None:
    with site.page("approver", allowed={NO_ANSWER}) as page:
        begin(page, "On a train")
        state = page.locator("#state-edition-en")

        def cut(route: Route) -> None:
            route.abort()

        page.route("**/words", cut)
        page.locator("#edition-en-subject").fill("In a tunnel")
        expect(state).to_have_attribute("data-tone", "stop")
        keep(page, "compose/tunnel")
        page.unroute("**/words", cut)

        expect(state).to_have_attribute("data-tone", "ok", timeout=15_000)  # it is sent again by itself
        page.reload()
        expect(page.locator("#edition-en-subject")).to_have_value("In a tunnel")


def test_two_who_write_the_same_see_both_versions(site: Site) -> None:
    with site.page("approver") as page, site.page("officer", allowed={409}) as other:
        begin(page, "Two of us")
        other.goto(f"{page.url}?left=en")
        page.locator("#edition-en-subject").fill("Hers")
        expect(page.locator("#state-edition-en")).to_have_attribute("data-tone", "ok")

        other.locator("#edition-en-subject").fill("Mine")
        expect(other.locator("#state-edition-en .theirs").last).to_have_text("Hers")
        keep(other, "compose/conflict")
        faults = violations(other)
        other.locator("#state-edition-en [data-keep]").click()

        expect(other.locator("#edition-en-subject")).to_have_value("Mine")
        expect(other.locator("#state-edition-en")).to_have_attribute("data-tone", "ok")
        assert faults == []


def test_blocks_are_added_and_moved_without_script_and_on_a_phone(site: Site) -> None:
    with site.page("approver", script=False, width=375) as page:
        begin(page, "Without script")

        page.locator("button[name=kind][value=quote]").click()
        page.locator("#block-quote-1 button[name=to]").first.click()
        page.locator("#block-text-1-en-html").fill("Hej **alla**")
        page.locator("#pane-block-text-1-en button").click()

        kinds = page.locator("#blocks .block").evaluate_all("all => all.map(one => one.dataset.key)")
        assert kinds == ["text-1", "quote-1", "article-1"]
        expect(page.locator("#block-text-1-en-html")).to_have_value("Hej **alla**")
        assert "Hej alla" in letter(page)
        assert page.evaluate(FITS)


def test_a_block_is_moved_by_dragging(site: Site) -> None:
    with site.page("approver") as page:
        begin(page, "Dragged")
        first, second = page.locator("#block-text-1 h3"), page.locator("#block-article-1 h3")
        second.scroll_into_view_if_needed()
        page.set_viewport_size({"width": 1280, "height": 2400})

        place = first.bounding_box()
        assert place
        second.hover()
        page.mouse.down()
        page.mouse.move(place["x"] + 20, place["y"] + 30, steps=8)
        page.mouse.move(place["x"] + 20, place["y"] + 5, steps=8)
        page.mouse.up()
        page.wait_for_load_state()

        expect(page.locator("#blocks .block").first).to_have_attribute("data-key", "article-1")


def test_a_letter_is_seen_in_the_dark_and_without_pictures(site: Site) -> None:
    def brightness(page: Page) -> float:
        letter = page.frame_locator("#preview iframe").locator("h1").first
        expect(letter).to_be_visible()
        shot = Image.open(io.BytesIO(page.locator("#preview iframe").screenshot()))
        return ImageStat.Stat(shot.convert("L")).mean[0]

    with site.page(
        "approver", scheme="null"
    ) as page:  # Chromium asks nobody: an emulated scheme is that of frames, too
        page.goto("/pieces/ansvar-2026-04?language=en")
        light = brightness(page)

        page.locator(".ways > summary").click()
        page.get_by_role("link", name="Dark").click()
        expect(page.locator(".preview")).to_have_attribute("data-scheme", "dark")
        dark = brightness(page)
        page.get_by_role("link", name="Without pictures").click()
        expect(page.locator("#preview iframe")).to_have_attribute("src", re.compile("pictures=off"))
        keep(page, "compose/dark")
        faults = violations(page)

        assert dark < light - 60
        assert faults == []


def test_an_approved_piece_asks_before_it_is_changed(site: Site) -> None:
    with site.page("approver") as page:
        page.goto("/pieces/ansvar-2026-04")
        page.locator("a[href$='/compose']").click()

        expect(page.locator("main")).to_contain_text("With the first change the approval ends")
        expect(page.locator(".pane")).to_have_count(0)
        page.get_by_role("link", name="Change it all the same").click()
        expect(page.locator(".pane").first).to_be_visible()
