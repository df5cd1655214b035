# Whichops in a container: built from the lock with hashes, run as nobody, writes only to /data.
#
#   docker build -t whichops .
#   docker run --read-only --cap-drop ALL -p 3978:3978 -v whichops:/data whichops
#
# The local web chat has no accounts, so it is off here; a chat platform's settings switch the advisor on.

FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE PRIVACY.md ./
# Every wheel is checked against the lock first; afterwards nothing but these files can be installed, so no versions.
# hadolint ignore=DL3013
RUN pip download --no-cache-dir --no-deps --require-hashes -r requirements.lock --dest /wheels \
    && pip install --no-cache-dir --no-index --find-links /wheels hatchling
COPY bot bot
COPY adapters adapters
COPY content content
RUN pip wheel --no-deps --no-build-isolation --no-index --wheel-dir /wheels . \
    && python -m venv /app \
    && /app/bin/pip install --no-cache-dir --no-index --find-links /wheels whichops \
    && /app/bin/pip uninstall --yes pip \
    && find /app \( -name tests -o -name test \) -type d -prune -exec rm -rf {} +

FROM python:3.13-slim
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    XDG_CACHE_HOME=/data/cache \
    WHICHOPS_HOST=0.0.0.0 \
    WHICHOPS_WEB=off \
    WHICHOPS_DATABASE_URL=sqlite:////data/whichops.db
RUN install --directory --owner=65534 --group=65534 /data
USER 65534:65534
WORKDIR /data
VOLUME /data
EXPOSE 3978
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:3978/live', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["whichops"]
CMD ["serve"]
