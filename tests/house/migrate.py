"""Run one Alembic step on the configured database, in a process of its own."""

from alembic.config import Config

from alembic import command
from outreach.foundation.places import migrations


def run(step: str) -> None:
    """Run «upgrade head» or «downgrade base»."""
    config = Config()
    config.set_main_option("script_location", str(migrations()))
    verb, revision = step.split()
    getattr(command, verb)(config, revision)
