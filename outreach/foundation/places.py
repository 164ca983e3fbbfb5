"""Where the files that travel with the product lie: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_SHIPPED = _PACKAGE / "_shipped"


def _beside(name: str) -> Path:
    return _SHIPPED / name if _SHIPPED.is_dir() else _PACKAGE.parent / name


def templates() -> Path:
    """Return the folder of the Jinja templates (pages and mail)."""
    return _beside("templates")


def migrations() -> Path:
    """Return the folder of the Alembic migrations."""
    return _beside("alembic")


def translations() -> Path:
    """Return the folder of the gettext catalogues."""
    return _PACKAGE / "translations"


def static() -> Path:
    """Return the folder of the built front-end assets."""
    return _PACKAGE / "web" / "static" / "dist"
