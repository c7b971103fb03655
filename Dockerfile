# One image for every process of the Procfile: docker run IMAGE COMMAND. docs/containers.md says how to build and run it.
#
# Base images are given by name and version. Who wants the very same bytes at every build gives a digest:
#   docker build --build-arg PYTHON_IMAGE=python:3.12-slim-bookworm@sha256:… .
# (docker buildx imagetools inspect NAME prints it.)
ARG PYTHON_IMAGE=python:3.12-slim-bookworm
ARG NODE_IMAGE=node:22-bookworm-slim

# --- what the pages use in the browser, and fonts, by package-lock.json --------------------------
FROM ${NODE_IMAGE} AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --loglevel=error

# --- what the service runs on, by requirements.txt: wheels only, so no compiler is needed ---------
FROM ${PYTHON_IMAGE} AS build
# As requirements-dev.txt pins it (a test compares the two).
ARG UV_VERSION=0.13.9
RUN python -m venv /opt/tools && /opt/tools/bin/pip install --no-cache-dir --disable-pip-version-check uv==${UV_VERSION}
WORKDIR /app
RUN python -m venv --without-pip .venv
COPY requirements.txt ./
# The file system is read-only later: what Python would keep beside the code is made here.
RUN /opt/tools/bin/uv pip install --quiet --python .venv/bin/python --link-mode copy --only-binary :all: --compile-bytecode \
    --require-hashes --requirement requirements.txt
COPY bot bot
COPY flows flows
COPY webhooks webhooks
COPY admin_cli admin_cli
COPY migrations migrations
RUN .venv/bin/python -m compileall -q bot flows webhooks admin_cli migrations

# --- a Python with pg_dump of the server's version, for `pravesh db backup` ------------------------
FROM ${PYTHON_IMAGE} AS runtime
# As compose.yaml and deploy/terraform have the server (a test compares them): an older pg_dump refuses a newer server, and
# an older server does not understand what a newer pg_dump has written.
ARG POSTGRES_VERSION=16
# Debian has one version of it; PostgreSQL's own archive has each, and Debian brings its address and its key. Of both the
# newest fixes are wanted, so no version is pinned.
# hadolint ignore=DL3008
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y -qq --no-install-recommends postgresql-client-${POSTGRES_VERSION} \
    && rm -rf /var/lib/apt/lists/*

# --- what runs -----------------------------------------------------------------------------------
FROM runtime
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin pravesh
WORKDIR /app
COPY --from=build /app ./
COPY --from=assets /app/node_modules node_modules
# SQLite and the embedded Redis are for one machine: here DATABASE_URL, REDIS_URL and SECRET_KEY are given.
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/tmp/pravesh \
    LOG_FORMAT=json
# Nothing else is written to: exports while they are made, and gunicorn's signs of life.
VOLUME ["/tmp"]
USER 10001:10001
EXPOSE 8000
# Of `web`; other processes switch it off (compose.yaml, the task definitions): one that dies ends its container.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz\", timeout=4)"]
CMD ["gunicorn", "--config", "webhooks/server.py", "webhooks.wsgi:app"]
