# The origin transcoder: Node, ffmpeg, and the three rooms that it needs. The Worker is deployed by wrangler.
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image's own Node is the pinned one: the npm package of it would only be weight.
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/node-linux-*

FROM node:24.21.0-bookworm-slim
# Texts are drawn with the fonts that are installed; Liberation has the measures of Arial, Times New Roman and Courier New.
# ip (iproute2) gives ffmpeg a network that leads nowhere.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg iproute2 tini fonts-dejavu-core fonts-liberation \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY transformation ./transformation
COPY media ./media
COPY origin-transcoder ./origin-transcoder
# ffmpeg reads what strangers uploaded: nothing here runs as root.
RUN install -d -o node -g node /var/lib/edgereel
USER node
ENV NODE_ENV=production ORIGIN_HOST=0.0.0.0 ORIGIN_PORT=8788 ORIGIN_WORK_FOLDER=/var/lib/edgereel
EXPOSE 8788
# It measures the machine before it listens.
HEALTHCHECK --start-period=120s --interval=10s --timeout=3s \
  CMD node -e "fetch('http://127.0.0.1:'+process.env.ORIGIN_PORT+'/health').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"
# tini hands signals on and reaps encoders that outlive a crash.
ENTRYPOINT ["tini", "--"]
CMD ["node", "--disable-warning=ExperimentalWarning", "origin-transcoder/server.ts"]
