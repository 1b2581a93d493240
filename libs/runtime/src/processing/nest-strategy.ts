import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { type ProcessorHost } from './processor-host.js';
import { type AnyProcessor } from './running-processor.js';

/**
 * The processors of a service as a transport of Nest, for `app.connectMicroservice({ strategy })`: `listen` starts them,
 * `close` drains them. Handlers are definitions, not decorated methods: Nest's own Kafka transport takes one message at a
 * time and hides errors (reference performance-reliability 1.2).
 */
export class ProcessorStrategy extends Server implements CustomTransportStrategy {
  constructor(
    private readonly host: ProcessorHost,
    private readonly definitions: () => readonly AnyProcessor[],
  ) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.startAll().then(() => callback(), callback);
  }

  async close(): Promise<void> {
    await this.host.stopAll();
  }

  /** Nothing to listen to: what processors do shows in their status. */
  on(): void {}

  unwrap<T>(): T {
    return this.host as T;
  }

  private async startAll(): Promise<void> {
    for (const definition of this.definitions()) await this.host.start(definition);
  }
}
