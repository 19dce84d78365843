# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot bot
COPY content content
RUN python -m venv /opt/qianmian \
    && /opt/qianmian/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 qianmian \
    && install --directory --owner=10001 --group=10001 /data
COPY --from=build /opt/qianmian /opt/qianmian
ENV PATH="/opt/qianmian/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    QIANMIAN_DATABASE=/data/qianmian.sqlite3 \
    QIANMIAN_WEB_HOST=127.0.0.1
USER 10001
VOLUME ["/data"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["qianmian", "health"]
# The exec form, so that SIGTERM reaches Python and not a shell.
STOPSIGNAL SIGTERM
ENTRYPOINT ["qianmian"]
CMD ["run", "--no-browser"]
