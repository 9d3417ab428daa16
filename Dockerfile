# syntax=docker/dockerfile:1
# Two stages: everything is installed into a virtual environment, which then moves into an image without compilers.
FROM python:3.11-slim-bookworm AS build

WORKDIR /build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/radar
COPY requirements.lock requirements-dev.lock ./
RUN /opt/radar/bin/pip install --requirement requirements.lock \
    && /opt/radar/bin/pip install --constraint requirements-dev.lock weasyprint
COPY pyproject.toml README.md LICENSE ./
COPY classifiers classifiers
COPY migrations migrations
COPY service service
RUN /opt/radar/bin/pip install --no-deps .

FROM python:3.11-slim-bookworm

# reports as PDF: Pango, and letters of the width of Times New Roman with all Vietnamese marks
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-liberation \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --system --gid 10001 radar \
    && useradd --system --uid 10001 --gid radar --home-dir /srv/radar --create-home radar
COPY --from=build /opt/radar /opt/radar
WORKDIR /srv/radar
COPY --chown=root:root feeds.yaml ./
RUN mkdir var && chown radar:radar var

ENV PATH=/opt/radar/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    RADAR_HOST=0.0.0.0
USER 10001:10001
VOLUME ["/srv/radar/var"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["radar"]
CMD ["up"]
