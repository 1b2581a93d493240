import { type DeliveryRecorded, type PayloadOf } from '#libs/contracts';
import { type SlackFault, type SlackMessageSeen, until } from '#libs/testing';
import { type DeliveryWorld, type Opening } from './delivery-world.contract.js';

type Recorded = PayloadOf<typeof DeliveryRecorded>;

/** One integration, its channel, and incidents that no other integration wants. */
export class Scene {
  integrationId = '';

  constructor(
    private readonly world: DeliveryWorld,
    readonly channel: string,
    readonly tag = `scene=${channel}`,
  ) {}

  /** (Re)makes the integration. */
  async integrate(over: Record<string, unknown> = {}): Promise<void> {
    this.integrationId = await this.world.integrate(this.channel, { filters: { labels: [this.tag] }, ...over });
  }

  /** Another integration and channel for the same incidents. */
  async beside(channel: string, over: Record<string, unknown> = {}): Promise<Scene> {
    const scene = new Scene(this.world, channel, this.tag);
    await scene.integrate(over);
    return scene;
  }

  update(over: Record<string, unknown>): Promise<void> {
    return this.world.update(this.integrationId, {
      data: { channelId: this.channel },
      filters: { labels: [this.tag] },
      ...over,
    });
  }

  opened(over: Opening = {}) {
    return this.world.opened({ tags: [this.tag], ...over });
  }

  async open(over: Opening = {}): Promise<string> {
    const event = this.opened(over);
    await this.world.say(event);
    return event.payload.incidentId;
  }

  get messages(): readonly SlackMessageSeen[] {
    return this.world.slack.messages.filter(({ channel }) => channel === this.channel);
  }

  get colours(): unknown[] {
    return this.messages.map(({ attachments }) => attachments[0]?.['color']);
  }

  /** When each post to the channel arrived, milliseconds. */
  get posts(): readonly number[] {
    const calls = this.world.slack.callsOf('chat.postMessage');
    return calls.filter(({ args }) => args['channel'] === this.channel).map(({ at }) => at);
  }

  async recorded(): Promise<readonly Recorded[]> {
    const all = (await this.world.records()).map(({ payload }) => payload);
    return all.filter(({ integrationId }) => integrationId === this.integrationId);
  }

  /** The records of the integration, once `count` of them are there. */
  settled(count: number): Promise<readonly Recorded[]> {
    const enough = async () => {
      const records = await this.recorded();
      return records.length >= count ? records : false;
    };
    return until(enough, { timeout: 30_000, interval: 50, what: `${count} final states` });
  }

  /** The final states of the integration, sorted, once `count` of them are there. */
  async states(count: number): Promise<readonly string[]> {
    return (await this.settled(count)).map(({ state }) => state).sort();
  }

  /** Every later post goes wrong like this, until told otherwise. */
  fail(fault: SlackFault | undefined): void {
    this.world.slack.failAlways('chat.postMessage', fault);
    this.world.slack.failAlways('chat.update', fault);
  }

  /** Leaves nothing that another spec could meet. */
  async end(): Promise<void> {
    for (const method of ['chat.postMessage', 'chat.update', 'auth.test'])
      this.world.slack.failAlways(method, undefined);
    await this.world.change('delete', this.integrationId);
  }
}
