/** Tells that the service is about to stop: what answers for long (server-sent events) ends then by itself. */
export class Stopping {
  constructor(readonly signal: AbortSignal) {}
}
