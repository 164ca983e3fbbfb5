"""Figures for Prometheus, counted from PostgreSQL when they are fetched: no process keeps counters of its own."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError

from outreach.delivery import gauges
from outreach.foundation import redis, streams
from outreach.foundation.database import transaction
from outreach.foundation.errors import NotFound, OutreachError
from outreach.foundation.settings import settings
from outreach.tracking import ingest, reports

router = APIRouter(include_in_schema=False)

STREAMS: Final = (ingest.STREAM, reports.STREAM)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Answer whoever asks from this machine or a trusted proxy; for everybody else there is nothing here."""
    if not _is_trusted(request):
        raise NotFound
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")


class Figures(Collector):
    """What is waiting and how the servers are, at this moment."""

    def collect(self) -> Iterator[Metric]:
        """Yield every figure; without PostgreSQL only that it is away."""
        try:
            with transaction() as session:
                now = gauges.read(session)
        except (OutreachError, DBAPIError):
            now = None
        yield _gauge("outreach_postgresql_up", "Whether PostgreSQL answers.", 0 if now is None else 1)
        yield from _streams()
        if now is None:
            return
        yield _labelled("outreach_deliveries", "Deliveries of the last 90 days by state.", "state", now.deliveries)
        yield _labelled("outreach_batches", "Batches by state.", "state", now.batches)
        yield _gauge("outreach_oldest_waiting_seconds", "How long the oldest due batch waits.", now.oldest_waiting)
        yield _gauge("outreach_reports_waiting", "Providers' reports that are not applied yet.", now.reports_waiting)
        yield _labelled("outreach_heartbeat_age_seconds", "Since a queue was last heard.", "queue", now.silences)


def _streams() -> Iterator[Metric]:
    try:
        lengths = {name: float(streams.length(name)) for name in STREAMS}
    except redis.FAULTS:
        yield _gauge("outreach_redis_up", "Whether Redis answers.", 0)
        return
    yield _gauge("outreach_redis_up", "Whether Redis answers.", 1)
    yield _labelled("outreach_stream_entries", "Entries that wait in a stream.", "stream", lengths)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _labelled(name: str, meaning: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _is_trusted(request: Request) -> bool:
    """Say whether the request began here. One that a proxy we do not know passed on began somewhere else."""
    address = request.client.host if request.client else ""
    if address in settings().trusted_proxies:
        return True
    try:
        here = ip_address(address).is_loopback
    except ValueError:
        return False
    passed_on = "forwarded" in request.headers or "x-forwarded-for" in request.headers
    return here and not passed_on
