import 'reflect-metadata';
import { ApiExtension } from '@nestjs/swagger';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import { type TokenKind } from '../access/principal.js';

/** What our HTTP layer knows of a route. It lies in the route's own Fastify config, so no path is matched twice. */
export interface RouteSettings {
  /** The token kinds that may use it, or everybody. Absent: the route is refused. */
  readonly access?: readonly TokenKind[] | 'public';
  /** Largest body in bytes. */
  readonly bodyLimit?: number;
  /** Media types of the body; JSON unless said otherwise. */
  readonly consumes?: readonly string[];
  /** Content encodings that the handler unpacks itself: such a body arrives packed. None unless said otherwise. */
  readonly encodings?: readonly string[];
  /** True: a JSON body arrives as the Buffer it is, unread. */
  readonly raw?: boolean;
  /** How a caller above its rate is told: 429 unless said otherwise, 503 where `unavailable`, never where `none`. */
  readonly rate?: 'unavailable' | 'none';
}

declare module 'fastify' {
  interface FastifyContextConfig {
    tocsin?: RouteSettings;
  }

  interface FastifyRequest {
    /** Set by the guard of a route with `raw`. */
    takesRawBody: boolean;
  }
}

type Handler = object;

export function settingsOf(handler: Handler): RouteSettings {
  const config = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) as { tocsin?: RouteSettings } | undefined;
  return config?.tocsin ?? {};
}

/** A decorator that adds `settings` to a handler, or to every handler of a controller that does not say otherwise. */
export function routeSettings(settings: RouteSettings): ClassDecorator & MethodDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (descriptor)
      return put(descriptor.value as Handler, { ...settingsOf(descriptor.value as Handler), ...settings });
    for (const handler of handlersOf(target as { prototype: object }))
      put(handler, { ...settings, ...settingsOf(handler) });
  };
}

function put(handler: Handler, settings: RouteSettings): void {
  const before = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) as object | undefined;
  Reflect.defineMetadata(FASTIFY_ROUTE_CONFIG_METADATA, { ...before, tocsin: settings }, handler);
  if (settings.access !== undefined) documentAccess(handler, settings.access);
}

/** In the OpenAPI document the operation says who may use it. */
export const TOKEN_KINDS = 'x-token-kinds';

function documentAccess(handler: Handler, access: NonNullable<RouteSettings['access']>): void {
  ApiExtension(TOKEN_KINDS, access === 'public' ? [] : [...access])({}, '', { value: handler });
}

function handlersOf({ prototype }: { prototype: object }): Handler[] {
  return Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== 'constructor')
    .map((name) => Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown)
    .filter((value): value is Handler => typeof value === 'function');
}

/** The largest body of the route, in bytes, where 1 MiB is not right. At most 16 MiB. */
export function BodyLimit(bytes: number): ClassDecorator & MethodDecorator {
  return routeSettings({ bodyLimit: bytes });
}

/** The media types that the route takes, where JSON alone is not right. A body of another type than JSON or a form arrives as a Buffer. */
export function Consumes(...mediaTypes: readonly string[]): ClassDecorator & MethodDecorator {
  return routeSettings({ consumes: mediaTypes });
}

/** The content encodings that the handler unpacks itself, within a bound of its own: a small body may become a large one. */
export function Unpacks(...encodings: readonly string[]): ClassDecorator & MethodDecorator {
  return routeSettings({ encodings });
}

/** The body arrives as a Buffer, JSON too: the handler reads it, and judges its items one by one. */
export function RawBody(): ClassDecorator & MethodDecorator {
  return routeSettings({ raw: true });
}

/** Callers above their rate get 503 instead of 429: an Alertmanager gives up after a 4xx and comes back after a 5xx. */
export function SlowDownBy503(): ClassDecorator & MethodDecorator {
  return routeSettings({ rate: 'unavailable' });
}

/** The route answers however often somebody asks. */
export function WithoutRateLimit(): ClassDecorator & MethodDecorator {
  return routeSettings({ rate: 'none' });
}
