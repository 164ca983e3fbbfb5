"""Databases beside the product's own, on whatever PostgreSQL server an address names: one for each test worker."""

import psycopg
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import URL, make_url


def create(url: str, name: str, *, template: str | None = None) -> str:
    """Make a database on the server of `url`, as a copy of `template` when one is given; return its address.

    A copy takes some hundredths of a second; nobody may be connected to the template meanwhile.
    """
    copied = SQL(" TEMPLATE {}").format(Identifier(template)) if template else SQL("")
    _execute(url, SQL("CREATE DATABASE {}").format(Identifier(name)) + copied)
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def drop(url: str, name: str) -> None:
    """Remove a database if it exists, and whoever is connected to it."""
    dropped = SQL("DROP DATABASE IF EXISTS {}").format(Identifier(name))
    try:
        _execute(url, dropped + SQL(" WITH (FORCE)"))
    except InsufficientPrivilege:
        _execute(url, dropped)  # the server is vacuuming there; that we may not end by force, but PostgreSQL does it


def _execute(url: str, command: Composed) -> None:
    maintenance: URL = make_url(url).set(drivername="postgresql", database="postgres")
    with psycopg.connect(maintenance.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(command)
