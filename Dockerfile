# syntax=docker/dockerfile:1

# Of the machine that builds: what comes out of here is the same on every processor.
FROM --platform=$BUILDPLATFORM node:24.21-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY scripts/build-kernels.mjs scripts/pack-server.mjs scripts/
COPY src src
COPY web web
RUN npm run -s build

# Of the machine that runs: packages with programs inside bring those of its processor.
FROM node:24.21-slim AS dependencies
WORKDIR /opt/aircheck
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:24.21-slim
LABEL org.opencontainers.image.title="Aircheck" \
  org.opencontainers.image.description="Records live WebRTC streams: WHIP in, bit-exact CMAF on disk and in buckets, an index, DASH and HLS out" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.base.name="docker.io/library/node:24.21-slim"
ENV NODE_ENV=production \
  AIRCHECK_HTTP_LISTEN=0.0.0.0:7777
# What the server writes, and nothing else: below the folder that it runs in, which is where its defaults lead.
WORKDIR /var/lib/aircheck
RUN ["install", "--directory", "--owner=1000", "--group=1000", "/var/lib/aircheck/data"]
VOLUME /var/lib/aircheck/data
COPY --from=dependencies /opt/aircheck /opt/aircheck
COPY --from=build /build/dist /opt/aircheck/dist
COPY deploy/container/health.mjs LICENSE /opt/aircheck/
USER 1000:1000
EXPOSE 7777/tcp 7777/udp
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["node", "/opt/aircheck/health.mjs"]
ENTRYPOINT ["node", "/opt/aircheck/dist/main.js"]
CMD ["serve"]
