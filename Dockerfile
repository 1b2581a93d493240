# One image for all apps: the command says which one runs (docker-compose.yml). Checked by its spec; never run where it was made,
# because no Docker engine answered there.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY patches ./patches
RUN npm ci --include=dev
COPY tsconfig.base.json tsconfig.json ./
COPY libs ./libs
COPY apps ./apps
COPY tools ./tools
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 TOCSIN_HOME=/var/lib/tocsin
WORKDIR /app
COPY --from=build /app/package.json ./package.json
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN install -d -o node -g node /var/lib/tocsin
USER node
# Node gets SIGTERM itself (exec form) and stops its children's work; it starts none, so no init is needed to collect them.
ENTRYPOINT ["node"]
CMD ["dist/apps/console/src/main.js"]
