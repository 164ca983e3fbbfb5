"""The e-mail providers, each in a file of its own, all behind one Protocol.

Adding one is a file here, a row in `PROVIDERS` and its settings' names in `foundation/settings.py`.
"""

from functools import lru_cache
from typing import Final

from outreach.delivery.interface import Provider
from outreach.delivery.providers.alibaba import Alibaba
from outreach.delivery.providers.mailgun import Mailgun
from outreach.delivery.providers.postmark import Postmark
from outreach.delivery.providers.resend import Resend
from outreach.delivery.providers.sandbox import Sandbox
from outreach.delivery.providers.ses import Ses
from outreach.delivery.providers.smtp import Smtp
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.settings import settings

PROVIDERS: Final[dict[str, type[Provider]]] = {
    "sandbox": Sandbox,
    "smtp": Smtp,
    "ses": Ses,
    "alibaba": Alibaba,
    "postmark": Postmark,
    "resend": Resend,
    "mailgun": Mailgun,
}


@lru_cache
def load(name: str) -> Provider:
    """Return a provider by name, set up from its settings.

    Raises NotFound for an unknown one, Refused for settings that cannot be used.
    """
    if name not in PROVIDERS:
        raise NotFound(f"There is no provider {name!r}; choose among {', '.join(PROVIDERS)}.")
    try:
        return PROVIDERS[name](settings().providers.get(name.upper(), {}))
    except ValueError as wrong:
        raise Refused(f"A setting OUTREACH_{name.upper()}_… cannot be used: {wrong}.") from wrong
