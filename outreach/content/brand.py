"""Who the centre is, in each language: for letters, the newsroom and the pages of the public."""

from typing import Final

from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.rendering.edition import Brand

BRANDS: Final = {
    "sv": Brand(
        name="CSR-centret",
        organisation="CSR-centret",
        postal_address="Lanwan Road 8, 100000 Peking, Kina",
    ),
    "zh-Hans": Brand(
        name="企业社会责任中心",
        organisation="企业社会责任中心",
        postal_address="中国北京市岚湾路8号，邮编100000",
    ),
    "en": Brand(
        name="CSR Centre",
        organisation="the CSR Centre",
        postal_address="8 Lanwan Road, 100000 Beijing, China",
    ),
}
PRESS_ADDRESS: Final = "press@csr-centre.example"


def brand(language: str) -> Brand:
    """Return the centre's names and address in a language."""
    return BRANDS.get(language, BRANDS["en"])


def demo_banner() -> str | None:
    """Return the line that says that everything is invented, where the home folder is the demo's; else None."""
    if not (settings().home / "demo").exists():
        return None
    return _("Demo data. People, companies and results are fictitious.")
