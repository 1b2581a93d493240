import { ask } from './ask.js';
import { locateUpstreams } from './config.js';
import { mergeOpenApi, type OpenApiDocument } from './merge-openapi.js';
import { upstreamOf } from './upstreams.js';

const INFO = {
  title: 'Tocsin',
  version: '1',
  description: 'Every REST API behind the one origin. A service that does not answer just now is left out.',
};

/** The OpenAPI document of the origin: those of the services, asked for anew each time. */
export async function originDocument(): Promise<OpenApiDocument> {
  const asked = await Promise.all(
    locateUpstreams()
      .filter(({ paths }) => paths.length > 0)
      .map(async ({ service, url }) => {
        const body = await ask(`${url}/openapi.json`).then(
          (answer) => answer.body as OpenApiDocument,
          () => undefined,
        );
        return body && { service, document: body, owns: (path: string) => upstreamOf(path)?.service === service };
      }),
  );
  return mergeOpenApi(
    INFO,
    asked.filter((document) => document !== undefined),
  );
}
