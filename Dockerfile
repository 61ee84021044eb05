# The same program as `make demo` and a plain installation: manage.py serve, the web server with its mail worker.
FROM python:3.13-slim AS packages
COPY requirements/base.txt /requirements.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r /requirements.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --create-home desk
COPY --from=packages /venv /venv
WORKDIR /srv/contextdesk
COPY manage.py pyproject.toml ./
COPY analysis analysis
COPY newsroom newsroom
COPY templates templates
COPY static static
# What is the same in every container is made once: translations and static files. This secret signs nothing.
RUN find newsroom -name '*.po' -exec sh -c \
        'python -m babel.messages.frontend --quiet compile -i "$1" -o "${1%.po}.mo"' _ {} \; \
    && SECRET_KEY=only-for-collecting-static-files-0000 python manage.py collectstatic --noinput --verbosity 0 \
    && chown desk var
USER desk
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.parse, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': urllib.parse.urlsplit(os.environ['ORIGIN']).netloc}), timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0"]
