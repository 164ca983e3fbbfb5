"""Log lines: one format for our own, Celery's and uvicorn's; no address and no token in any of them."""

import logging
import re
import sys
from typing import Final, Literal

import structlog

_ADDRESS: Final = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[\w-]{2,}")
_TOKEN: Final = re.compile(r"\bv1\.[\w-]{4}\.[a-z]\.[\w-]{22}\.[\w-]{22}")

_SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(style: Literal["text", "json"], level: int = logging.INFO) -> None:
    """Send every log line of this process to standard error in one style."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
                _masked,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("alembic", "httpx", "httpcore", "celery.app.trace", "celery.worker.strategy", "celery.beat"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _masked(_logger: object, _method: str, line: object) -> str:
    """Mask addresses and tokens in a finished line, whoever wrote it: a library, or an error's own words."""
    return _TOKEN.sub(r"v1.…", _ADDRESS.sub(lambda found: mask(found[0]), str(line)))


def mask(address: str) -> str:
    """Return an address that a log may show: `a***@example.com`."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}***{at}{domain}"
