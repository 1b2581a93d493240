import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type FastifyInstance, type FastifyReply } from 'fastify';

const PUBLIC = { config: { tocsin: { access: 'public' } } } as const;

/** The files of Swagger UI that the page loads, and their types: nothing else of the package can be asked for. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Swagger UI at /docs, reading the document at /openapi.json. Its files are read when they are asked for. */
export function serveSwaggerUi(instance: FastifyInstance, title: string): void {
  const folder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const page = pageOf(title);
  instance.get('/docs', PUBLIC, (_request, reply) => html(reply, page));
  instance.get('/docs/', PUBLIC, (_request, reply) => html(reply, page));
  instance.get('/docs/start.js', PUBLIC, (_request, reply) => reply.type('text/javascript; charset=utf-8').send(START));
  for (const [file, type] of Object.entries(ASSETS)) {
    instance.get(`/docs/${file}`, PUBLIC, async (_request, reply) =>
      reply
        .header('cache-control', 'max-age=3600')
        .type(type)
        .send(await readFile(path.join(folder, file))),
    );
  }
}

function html(reply: FastifyReply, page: string): FastifyReply {
  return reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(page);
}

function pageOf(title: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;
}

const START = "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true });\n";
