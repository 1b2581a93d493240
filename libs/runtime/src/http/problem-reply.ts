import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { BackPressureError, PublishError } from '#libs/event-stream';
import { isTransient } from '#libs/store';
import { type Dialect, dialectOf } from './dialect.js';
import { Problem, problemDocument, problemHeaders, ServiceUnavailable } from './problem.js';

/**
 * Answers with the problem that `error` stands for, in the words of the path's dialect. What is unknown becomes a 500 that
 * says nothing of its cause.
 */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error);
  const dialect = dialectOf(pathOf(request.url), request.server.dialects);
  if (dialect) return sendWorded(problem, dialect, request, reply);
  void reply
    .code(problem.status)
    .headers(problemHeaders(problem))
    .send(JSON.stringify(problemDocument(problem, pathOf(request.url))));
}

function sendWorded(problem: Problem, dialect: Dialect, request: FastifyRequest, reply: FastifyReply): void {
  const { body, headers } = dialect.refusal(problem, request);
  const type = { 'content-type': dialect.contentType };
  void reply.code(problem.status).headers({ ...problemHeaders(problem), ...type, ...headers });
  // Clients read the type before the length.
  if (body === undefined) reply.removeHeader('content-type');
  // As bytes: to a text of JSON Fastify would add a charset.
  void reply.send(body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)));
}

/** The problem that an error of Nest, Fastify or ours stands for. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isTrouble(error)) return new ServiceUnavailable(undefined, RETRY_AFTER);
  if (error instanceof HttpException)
    return new Problem(error.getStatus(), titleOf(error.getStatus()), detailOf(error));
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new Problem(413, 'Body too large');
  if (typeof status === 'number' && status >= 400 && status < 500) return new Problem(status, titleOf(status));
  return new Problem(500, 'Internal error');
}

/** Behind the service: the log or the database. The sender shall come back. */
function isTrouble(error: unknown): boolean {
  return error instanceof PublishError || error instanceof BackPressureError || isTransient(error);
}

const RETRY_AFTER = 2;

/** Whether the error is nobody's mistake but ours, and belongs in the log. */
export function isUnexpected(error: unknown): boolean {
  return problemOf(error).status === 500 && !(error instanceof Problem);
}

function titleOf(status: number): string {
  const text = STATUS_CODES[status] ?? 'Error';
  return text.charAt(0) + text.slice(1).toLowerCase();
}

function detailOf(error: HttpException): { detail?: string } {
  return error.getStatus() < 500 && error.message !== STATUS_CODES[error.getStatus()] ? { detail: error.message } : {};
}

export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
