# One image for web, worker, beat, the sequencer and the one-shot commands; the command says which.
FROM python:3.13-slim-bookworm AS packages
RUN pip install --no-cache-dir uv==0.13.8
COPY requirements.lock .
RUN python -m venv /venv \
    && uv pip sync --no-cache --compile-bytecode --python /venv/bin/python --require-hashes requirements.lock

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --user-group --home-dir /srv/mnemoscope --create-home --shell /usr/sbin/nologin mnemoscope
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py requirements.lock ./
COPY console console
COPY memory memory
COPY audit audit
# Evidence packs carry the source of their verifier.
COPY sdk/src/mnemoscope_verify sdk/src/mnemoscope_verify
COPY templates templates
COPY static static
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=console.settings.prod \
    MNEMOSCOPE_HOME=/srv/mnemoscope
# The values are for this one command, which needs settings and no database.
RUN MNEMOSCOPE_SECRET_KEY=build MNEMOSCOPE_CONTEXT_KEY=00 MNEMOSCOPE_ROOT_KEYS=build:$(printf %064d 0) \
    MNEMOSCOPE_DATABASE_URL=postgresql://nobody@nowhere/none \
    python manage.py collectstatic --no-input \
    && rm -rf /srv/mnemoscope/broker
# A volume is made with the owner that the folder in its place has.
RUN install -d -o 10001 -g 10001 -m 700 /srv/mnemoscope/anchors
USER 10001:10001
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "console.wsgi:application", "--host", "0.0.0.0", "--port", "8000", "--workers", "4", "--blocking-threads", "4", "--no-ws"]
