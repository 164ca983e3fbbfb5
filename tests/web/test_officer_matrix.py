"""The permission matrix: every door of staff, every role, with an object that is there and with one that is not.

`permissions.txt` says for each door the least role that may pass it. A door that is added or changed is judged here by
hand: put its line into that file.
"""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from tests.web import office
from tests.web.test_officer_masking import doors, filled
from tests.web.test_officer_masking import things as things

MATRIX = Path(__file__).with_name("permissions.txt")
ENDLESS = "/campaigns/{campaign_id}/progress"  # a stream; asked elsewhere
SHUT = 403
NOBODY = {"campaign_id": "01a00000-0000-7000-8000-000000000000"}  # all other names are filled with as little


def matrix() -> dict[tuple[str, str], Role]:
    """Read the least role per method and path."""
    lines = [line.split() for line in MATRIX.read_text(encoding="utf-8").splitlines()]
    return {(method, path): Role(role) for role, method, path in lines}


def test_every_door_has_its_line_and_every_line_its_door() -> None:
    there = {(method, path) for method in ("get", "post") for path in doors(method)}

    assert there == matrix().keys()


@pytest.mark.parametrize("role", Role)
def test_each_role_passes_its_doors_and_no_other(client: TestClient, things: dict[str, str], role: Role) -> None:
    staff = office.sign_in(client, role)
    order = list(Role)
    wrong = []

    for (method, path), least in matrix().items():
        if path == ENDLESS:
            continue
        may_pass = order.index(role) >= order.index(least)
        objects = [{}] if may_pass else [{}, things]  # nothing is done to what is there, only asked for in vain
        for there in objects:
            status = staff.request(method, filled(path, there or NOBODY), data=None).status_code
            if (status == SHUT) is may_pass or status >= 500:
                wrong.append((method, path, bool(there), status))
    assert wrong == []
