import {
  type DeliveryRecorded,
  type EventEnvelope,
  type EventType,
  headersOf,
  IncidentClosed,
  IncidentDeleted,
  IncidentOpened,
  IntegrationCreated,
  IntegrationDeleted,
  IntegrationPaused,
  IntegrationResumed,
  IntegrationUpdated,
  keyOf,
  makeEvent,
  NotificationRaised,
  type PayloadOf,
} from '#libs/contracts';
import { type Instant, instantOfMillis, RandomIds } from '#libs/core';
import { EventLog, EventPublisher } from '#libs/event-stream';
import { Sealer, Tenants } from '#libs/runtime';
import {
  createTestService,
  SlackStandIn,
  type SlackStandInOptions,
  type TestInstallation,
  type TestService,
} from '#libs/testing';
import { Scene } from './delivery-scene.contract.js';
import { deliveryService } from './service.js';

export const token = 'xoxb-1234567890-planted-secret';
const ids = new RandomIds();

export type Opening = Partial<PayloadOf<typeof IncidentOpened>> & { readonly time?: Instant };

interface WorldOptions {
  readonly slack?: SlackStandInOptions;
  /** Shares its Slack and its installation. */
  readonly beside?: DeliveryWorld;
  /** One that stays when the process stops. */
  readonly installation?: TestInstallation | undefined;
}

/** A delivery process for Slack on a real broker and a real database, with a Slack that does as it is told. */
export class DeliveryWorld {
  private readonly sequences = new Map<string, number>();
  private scenes = 0;

  private constructor(
    readonly service: TestService,
    readonly slack: SlackStandIn,
    private readonly tenant: { readonly organizationId: string; readonly projectId: string },
  ) {}

  static async start(
    environment: Readonly<Record<string, string>> = {},
    { slack = {}, beside, installation = beside?.service.installation }: WorldOptions = {},
  ): Promise<DeliveryWorld> {
    const standIn = beside?.slack ?? (await SlackStandIn.start(slack));
    const own = {
      SINK: 'slack',
      SLACK_API_URL: standIn.apiUrl,
      SLACK_POST_RATE: '1000',
      SLACK_UPDATE_INTERVAL: '300',
      DELIVERY_CALL_TIMEOUT: '2',
      DELIVERY_RETRY_SCHEDULE: '0.2,0.4,...',
      DELIVERY_PROBE_INTERVAL: '0.5',
      ...environment,
    };
    try {
      const service = await createTestService(deliveryService(own), {
        overrides: { environment: own },
        ...(installation ? { installation } : {}),
      });
      return new DeliveryWorld(service, standIn, await service.app.get(Tenants).defaultTenant());
    } catch (error) {
      if (!beside) await standIn.close();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.slack.close().catch(() => undefined);
  }

  async integrate(channelId: string, over: Record<string, unknown> = {}): Promise<string> {
    const integrationId = ids.next();
    await this.say(this.configured(IntegrationCreated, integrationId, { data: { channelId }, ...over }));
    return integrationId;
  }

  async update(integrationId: string, over: Record<string, unknown> = {}): Promise<void> {
    await this.say(this.configured(IntegrationUpdated, integrationId, over));
  }

  async change(what: 'pause' | 'resume' | 'delete', integrationId: string): Promise<EventEnvelope> {
    const type = { pause: IntegrationPaused, resume: IntegrationResumed, delete: IntegrationDeleted }[what];
    const event = this.event(type, { integrationId, sequence: this.next(integrationId) });
    await this.say(event);
    return event;
  }

  /** Opens an incident; answers its id. */
  async open(over: Opening = {}): Promise<string> {
    const event = this.opened(over);
    await this.say(event);
    return event.payload.incidentId;
  }

  async close(incidentId: string): Promise<void> {
    await this.say(this.closed(incidentId));
  }

  opened({ time, ...over }: Opening = {}): EventEnvelope<string, PayloadOf<typeof IncidentOpened>> {
    const incidentId = over.incidentId ?? ids.next();
    const startTime = time ?? instantOfMillis(Date.now());
    const payload = {
      incidentId,
      pk: 1,
      sequence: this.next(incidentId),
      origin: 'alert',
      startTime,
      stateful: true,
      level: 1,
      description: 'Disk full on db1',
      tags: ['severity=critical'],
      source: { id: 's1', name: 'am', type: 'alertmanager' },
      sourceIncidentId: 'f1',
      detailsUrl: '',
      ticketUrl: '',
      ...over,
    };
    return this.event(IncidentOpened, payload, startTime);
  }

  raised(over: Partial<PayloadOf<typeof NotificationRaised>> = {}) {
    const said = {
      notificationId: ids.next(),
      clusterId: 'c1',
      kind: 'spec',
      severity: 'failure',
      message: 'm',
      details: {},
    };
    return this.event(NotificationRaised, { ...said, ...over });
  }

  closed(incidentId: string): EventEnvelope {
    const endTime = instantOfMillis(Date.now());
    return this.event(IncidentClosed, {
      incidentId,
      pk: 1,
      sequence: this.next(incidentId),
      endTime,
      reason: 'resolved',
    });
  }

  deleted(incidentId: string): EventEnvelope {
    const timestamp = instantOfMillis(Date.now());
    return this.event(IncidentDeleted, { incidentId, pk: 1, sequence: this.next(incidentId), timestamp });
  }

  /** Publishes in order and waits until the process has written down what they mean. */
  async say(...events: readonly EventEnvelope[]): Promise<void> {
    const topic = this.service.config.topics.events;
    const records = events.map((event) => ({
      topic,
      key: keyOf(event),
      headers: headersOf(event),
      value: JSON.stringify(event),
    }));
    await this.service.app.get(EventPublisher).publish(records);
    await this.service.host!.whenCaughtUp();
  }

  /** The events of a name that lie on the log. */
  async logged<P = unknown>(name: string): Promise<readonly EventEnvelope<string, P>[]> {
    await this.service.relay!.whenDrained();
    const log = this.service.app.get(EventLog);
    const topic = this.service.config.topics.events;
    const state = await log.topic(topic);
    const until = new Map(state!.partitions.map(({ partition, high }) => [partition, high]));
    const events: EventEnvelope<string, P>[] = [];
    for await (const records of log.read({ topic, until })) {
      for (const { value } of records) events.push(JSON.parse(value!.toString()) as EventEnvelope<string, P>);
    }
    return events.filter((event) => event.name === name);
  }

  records(): Promise<readonly EventEnvelope<string, PayloadOf<typeof DeliveryRecorded>>[]> {
    return this.logged('DeliveryRecorded');
  }

  /** An integration with a channel and incidents of its own, so that specs share the process. */
  async scene(over: Record<string, unknown> = {}): Promise<Scene> {
    const scene = new Scene(this, `C${++this.scenes}`);
    await scene.integrate(over);
    return scene;
  }

  private configured(
    type: typeof IntegrationCreated | typeof IntegrationUpdated,
    integrationId: string,
    { clear = token, ...over }: { clear?: string } & Record<string, unknown>,
  ): EventEnvelope {
    const { organizationId } = this.tenant;
    const sealed = this.service.app.get(Sealer).seal(clear, { organizationId, integrationId, field: 'token' });
    return this.event(type, {
      integrationId,
      sequence: this.next(integrationId),
      description: 'spec',
      sink: 'slack',
      source: 'issues',
      data: { channelId: 'C1' },
      secrets: { token: sealed },
      masks: {},
      filters: {},
      ...over,
    });
  }

  private event<P>(type: EventType<string, P>, payload: P, time?: Instant): EventEnvelope<string, P> {
    const recordedAt = instantOfMillis(Date.now());
    return makeEvent(type, payload, {
      id: ids.next(),
      time: time ?? recordedAt,
      recordedAt,
      source: 'spec',
      ...this.tenant,
    });
  }

  private next(id: string): number {
    const sequence = (this.sequences.get(id) ?? 0) + 1;
    this.sequences.set(id, sequence);
    return sequence;
  }
}
