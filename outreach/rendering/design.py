"""The look of a letter: colours in light and dark, the focus areas' accents, and how each language is set.

Every pair of text and ground has a contrast of at least 4.5:1 (WCAG 2.2 §1.4.3); a test computes it.
"""

from dataclasses import dataclass
from typing import Final

from outreach.foundation.locale import pgettext


@dataclass(frozen=True, slots=True)
class Palette:
    """One set of colours."""

    page: str  # behind the letter
    paper: str  # the letter itself
    tint: str  # boxes on the paper
    rule: str  # hairlines
    ink: str  # text
    soft: str  # captions, dates, footers
    accent: str  # links and buttons
    on_accent: str  # text on a button
    notice: str  # the demo banner
    on_notice: str
    alert: str  # the embargo
    on_alert: str


LIGHT: Final = Palette(
    page="#F1EFEA",
    paper="#FFFFFF",
    tint="#F6F4F0",
    rule="#DDD9D1",
    ink="#1F2428",
    soft="#5A5F66",
    accent="#1B4965",
    on_accent="#FFFFFF",
    notice="#FCF1CF",
    on_notice="#5B4300",
    alert="#FCEDEA",
    on_alert="#8C1D18",
)
DARK: Final = Palette(
    page="#101214",
    paper="#1A1D20",
    tint="#23272B",
    rule="#3A3F44",
    ink="#ECEAE5",
    soft="#B4B1AA",
    accent="#93C4E6",
    on_accent="#10202B",
    notice="#3A3013",
    on_notice="#F3DFA0",
    alert="#3A1D1B",
    on_alert="#F6B5AE",
)


@dataclass(frozen=True, slots=True)
class Accent:
    """The colours of a focus area: text and chip ground, in light and in dark."""

    name: str
    light: str
    light_ground: str
    dark: str
    dark_ground: str


FOCUS: Final = (
    Accent("human_rights", "#7A3B69", "#F5EBF2", "#E0A9D0", "#35212F"),
    Accent("labour", "#9A4517", "#FAEDE4", "#F0AC84", "#38251A"),
    Accent("environment", "#2C6649", "#E8F2EC", "#92D0AF", "#1B3026"),
    Accent("anticorruption", "#24568F", "#E8F0F8", "#9DC4F0", "#1B2B3D"),
)
NEUTRAL: Final = Accent("other", LIGHT.accent, LIGHT.tint, DARK.accent, DARK.tint)


def accent(topic: str | None) -> Accent:
    """Return the colours of a topic; one that is no focus area gets the neutral ones."""
    return next((one for one in FOCUS if one.name == topic), NEUTRAL)


def topic_label(topic: str) -> str:
    """Name a topic in the language in use; an unknown one is its own label."""
    known = {
        "human_rights": pgettext("topic", "Human rights"),
        "labour": pgettext("topic", "Labour conditions"),
        "environment": pgettext("topic", "Environment"),
        "anticorruption": pgettext("topic", "Anti-corruption"),
        "events": pgettext("topic", "Events"),
        "press": pgettext("topic", "Press"),
    }
    return known.get(topic, topic)


@dataclass(frozen=True, slots=True)
class Size:
    """How one kind of text is set; lengths in pixels, `tracking` in hundredths of the size."""

    size: int
    leading: int
    weight: int = 400
    tracking: float = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """How a language is set. Chinese gets more leading, no italics and no tracking (W3C clreq §3)."""

    stack: str
    sizes: dict[str, Size]
    emphasis: str
    justified: bool = False
    capitals: bool = True


LATIN: Final = Setting(
    stack="Arial,'Noto Sans',sans-serif",
    sizes={
        "h1": Size(36, 42, 700, -2),
        "h2": Size(26, 32, 700, -1),
        "h3": Size(18, 26, 700),
        "lead": Size(19, 29),
        "body": Size(16, 26),
        "quote": Size(22, 32, 400, -0.5),
        "small": Size(13, 20),
        "label": Size(12, 18, 700, 6),
    },
    emphasis="font-style:italic",
)
HAN: Final = Setting(
    stack="'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',Arial,sans-serif",
    sizes={
        "h1": Size(33, 46, 700),
        "h2": Size(24, 36, 700),
        "h3": Size(18, 30, 700),
        "lead": Size(18, 32),
        "body": Size(16, 28),
        "quote": Size(20, 36),
        "small": Size(13, 23),
        "label": Size(13, 22, 700),
    },
    emphasis="font-style:normal;font-weight:700",
    justified=True,
    capitals=False,
)


def setting(language: str) -> Setting:
    """Return how a language is set."""
    return HAN if language.startswith("zh") else LATIN
