# One image for the web server, the workers and the clock; docker-compose.yml says who runs what.
FROM python:3.13-slim AS built
# Comma-separated extras of the package: redis is needed where several containers share the work.
ARG EXTRAS=redis
WORKDIR /src
RUN python -m venv /venv
COPY pyproject.toml constraints.txt README.md ./
COPY platform platform
COPY annotate annotate
COPY synth synth
COPY templates templates
RUN /venv/bin/python -m pip install --no-cache-dir --constraint constraints.txt ".[${EXTRAS}]"

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin preferee \
    && install --directory --owner preferee --group preferee --mode 0700 /data
COPY --from=built /venv /venv
COPY manage.py /app/manage.py
WORKDIR /app
ENV PATH=/venv/bin:$PATH PREFEREE_HOME=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings
USER preferee
# A named volume takes over the owner and the mode that the folder has here.
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "2", "--backpressure", "64", "--respawn-failed-workers", "--log-level", "warning", "config.wsgi:application"]
