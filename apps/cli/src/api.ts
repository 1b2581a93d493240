import { createInterface } from 'node:readline';
import { type Readable } from 'node:stream';
import axios, { type AxiosInstance, type AxiosResponse, isAxiosError } from 'axios';
import { type Instance } from './config.js';
import { EXIT, Failure } from './failure.js';

/** Calls to the REST APIs of one instance. Failures name what the server said, never the token. */
export class Api {
  private readonly http: AxiosInstance;

  constructor(private readonly instance: Instance) {
    this.http = axios.create({
      baseURL: instance.url,
      timeout: 15_000,
      maxRedirects: 0,
      maxContentLength: 32 * 1024 * 1024,
      allowAbsoluteUrls: false,
      headers: instance.token === undefined ? {} : { authorization: `Bearer ${instance.token}` },
      validateStatus: () => true,
    });
  }

  async get<T>(path: string, params: Record<string, string | number | undefined> = {}): Promise<T> {
    return this.answer<T>(this.http.get(path, { params }));
  }

  async post<T>(path: string, body?: unknown): Promise<T> {
    return this.answer<T>(this.http.post(path, body));
  }

  async delete(path: string): Promise<void> {
    await this.answer(this.http.delete(path));
  }

  /** The data of server-sent events, as they come; ends with the stream. With a body it is a POST. */
  async *events(path: string, body?: object): AsyncGenerator<string> {
    const options = { responseType: 'stream', headers: { accept: 'text/event-stream' } } as const;
    const call = body ? this.http.post<Readable>(path, body, options) : this.http.get<Readable>(path, options);
    const { status, data } = await this.send(call);
    const stream = data as Readable;
    try {
      if (status >= 300) throw new Failure(`${status} ${await problemOf(stream)}`, EXIT.refused);
      for await (const line of createInterface({ input: stream })) {
        if (line.startsWith('data: ')) yield line.slice('data: '.length);
      }
    } finally {
      stream.destroy();
    }
  }

  /** Status and body whatever the status is: for health. */
  async peek(path: string): Promise<{ status: number; body: unknown }> {
    const response = await this.send(this.http.get(path));
    return { status: response.status, body: response.data };
  }

  private async answer<T>(call: Promise<AxiosResponse>): Promise<T> {
    const response = await this.send(call);
    if (response.status < 300) return response.data as T;
    const hint = response.status === 401 ? ' (pass --token, or set TOCSIN_TOKEN)' : '';
    throw new Failure(`${response.status} ${reasonOf(response.data)}${hint}`, EXIT.refused);
  }

  private async send(call: Promise<AxiosResponse>): Promise<AxiosResponse> {
    try {
      return await call;
    } catch (error) {
      const code = isAxiosError(error) ? (error.code ?? error.message) : String(error);
      throw new Failure(`nothing answers at ${this.instance.url} (${code}); is it started?`, EXIT.unreachable);
    }
  }
}

/** The words of a problem document (RFC 9457), fields included. */
function reasonOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return 'the answer has no reason';
  const { title, detail, fields } = body as { title?: string; detail?: string; fields?: Record<string, string> };
  const named = Object.entries(fields ?? {}).map(([field, reason]) => `${field}: ${reason}`);
  return [title, detail, ...named].filter(Boolean).join('; ') || 'the answer has no reason';
}

/** The words of a problem document that comes as a stream. */
async function problemOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  try {
    return reasonOf(JSON.parse(text));
  } catch {
    return reasonOf(undefined);
  }
}
