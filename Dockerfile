# One image for every role; the command chooses: web, worker, scheduler, migrate.
FROM python:3.13-slim-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN make wheel && python -m venv /opt/outreach \
    && /opt/outreach/bin/pip install --quiet --require-hashes --no-deps -r requirements/run.txt \
    && /opt/outreach/bin/pip install --quiet --no-deps dist/outreach-*.whl

FROM python:3.13-slim-bookworm
COPY --from=build /opt/outreach /opt/outreach
RUN useradd --create-home --uid 10001 outreach && mkdir /data && chown outreach /data
USER outreach
WORKDIR /data
ENV PATH=/opt/outreach/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OUTREACH_HOME=/data \
    OUTREACH_ENVIRONMENT=production \
    OUTREACH_LOG_FORMAT=json
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["outreach"]
CMD ["web", "--host", "0.0.0.0"]
