# Two stages: the first builds the wheel and installs it beside the pinned dependencies, the second has only what runs.

FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements/ requirements/
RUN python -m venv tools \
 && tools/bin/pip install --require-hashes -r requirements/build.lock \
 && python -m venv --without-pip /app \
 && tools/bin/pip --python /app/bin/python install --require-hashes -r requirements/base.lock
COPY pyproject.toml README.md LICENSE ./
COPY src/ src/
RUN tools/bin/hatchling build -t wheel -d wheels \
 && tools/bin/pip --python /app/bin/python install --no-index --no-deps wheels/*.whl

FROM python:3.12-slim
LABEL io.modelcontextprotocol.server.name="io.github.hostaway-mcp/hostaway-mcp" \
      org.opencontainers.image.title="hostaway-mcp" \
      org.opencontainers.image.description="Ask an AI assistant about your Hostaway rentals" \
      org.opencontainers.image.licenses="MIT"
ENV PATH="/app/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    HOSTAWAY_MCP_DATA_DIR=/data
COPY --from=build /app /app
COPY packaging/health.py /app/health.py
RUN mkdir -m 0700 /data && chown 10001:10001 /data
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "/app/health.py", "/proc/1/cmdline"]
ENTRYPOINT ["hostaway-mcp"]
CMD ["serve"]
