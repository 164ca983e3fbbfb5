"""Communication goals."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from outreach.foundation.tables import Table, choice, json_column, moment


class Metric(StrEnum):
    """What a goal measures."""

    OPEN_RATE = "open_rate"  # human opens per measurable recipient
    CLICK_RATE = "click_rate"  # human clickers per measurable recipient


class Goal(Table, table=True):
    """«At least `target` of the measurable recipients that `population` finds, within `within_days`.»"""

    name: str
    campaign_id: UUID = Field(foreign_key="campaign.id", index=True)
    metric: Metric = Field(default=Metric.OPEN_RATE, sa_type=choice(Metric))
    target: float
    population: dict[str, Any] = json_column()
    within_days: int = 14
    least_coverage: float = 0.2
    created_at: datetime = moment(now=True)
    kept: dict[str, int] = json_column()  # counts of recipients whose rows are gone
    is_closed: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})  # `kept` is all there is
