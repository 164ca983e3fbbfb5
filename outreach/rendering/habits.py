"""Habits of writing that differ between languages: quotations, colons, the place and date of a release, its end.

sv       – Vi ville hjälpa, säger Elin Sandberg, chef för CSR-centret.
zh-Hans  “我们想帮忙。”企业社会责任中心主任埃琳·桑德贝里说。
en       “We wanted to help,” says Elin Sandberg, head of the CSR Centre.
"""

import html as _html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from outreach.rendering.blocks import Quote


@dataclass(frozen=True, slots=True)
class Habit:
    """How a language quotes, names the speaker within a sentence, and sets a release."""

    opening: str
    closing: str
    telling: Callable[[str, str, str], str]
    colon: str = ":"
    space: str = " "
    dateline_in_lead: bool = False
    end: str = ""


def _swedish(words: str, speaker: str, title: str) -> str:
    return f"– {_continued(words)} säger {speaker}{', ' + title if title else ''}."


def _chinese(words: str, speaker: str, title: str) -> str:
    return f"“{words}”{title}{speaker}说。"


def _english(words: str, speaker: str, title: str) -> str:
    return f"“{_continued(words)}” says {speaker}{', ' + title if title else ''}."


def _continued(words: str) -> str:
    """Let a quotation go on into “she says”: a full stop becomes a comma, a question keeps its mark."""
    return words if words.endswith(("?", "!", "…")) else words.rstrip(".") + ","


HABITS: Final = {
    "sv": Habit("– ", "", _swedish),
    "zh-Hans": Habit("“", "”", _chinese, colon="：", space="", dateline_in_lead=True, end="（完）"),
    "en": Habit("“", "”", _english),
}
_MARKS: Final = '“”"„«»–— '


def habit(language: str) -> Habit:
    """Return a language's habits; English ones where it is not known."""
    return HABITS.get(language, HABITS["en"])


def displayed(quote: Quote, language: str) -> str:
    """Return the words with the language's marks, for a quotation that stands by itself."""
    return f"{habit(language).opening}{bare(quote.text)}{habit(language).closing}"


def told(quote: Quote, language: str) -> str:
    """Return the quotation as one sentence of running text that names the speaker, as a release has it."""
    if not quote.speaker:
        return displayed(quote, language)
    return habit(language).telling(bare(quote.text), quote.speaker.strip(), quote.title.strip())


def bare(words: str) -> str:
    """Strip the marks that an author may have typed around the words."""
    return words.strip().strip(_MARKS)


def with_dateline(lead: str, dateline: str) -> str:
    """Open a cleaned lead with place and date in brackets, unless its author already wrote them."""
    written = _html.escape(dateline)
    return lead if not written or written in lead else lead.replace("<p>", f"<p>（{written}）", 1)
