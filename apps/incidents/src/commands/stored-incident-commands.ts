import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock, crashpoint, Ids, type Instant } from '#libs/core';
import { ServiceUnavailable, Stopping, Transactor } from '#libs/runtime';
import { CommitUnknown, isTransient, Store } from '#libs/store';
import { fateOf } from '../sql/load-incidents.js';
import { type Executed, execute } from './execute.js';
import { Groups } from './groups.js';
import {
  type AttributeChanges,
  type BulkAction,
  type Caller,
  type CommandResult,
  IncidentCommands,
  type OpenIncident,
  type PostedAcknowledgement,
  type PostedEvent,
} from './incident-commands.js';
import {
  acknowledgeTask,
  bulkTask,
  changeAcknowledgementTask,
  changeTask,
  deleteTask,
  openTask,
  postTask,
  tagTask,
  type Task,
} from './task.js';

/** How long the fate of a transaction is asked for, and how often, milliseconds. */
const PATIENCE = 10_000;
const ASK_EVERY = 100;

/**
 * Commands in PostgreSQL: what waits while others are done is done together, in one transaction of decision, state, read
 * model and outbox.
 */
@Injectable()
export class StoredIncidentCommands extends IncidentCommands {
  private readonly groups = new Groups<Task, CommandResult>({
    run: (tasks) => this.run(tasks),
    isOfOne,
  });

  constructor(
    private readonly store: Store,
    private readonly transactor: Transactor,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly stopping: Stopping,
  ) {
    super();
  }

  open(caller: Caller, incident: OpenIncident): Promise<CommandResult> {
    return this.one(openTask(caller, incident, this.ids.next()));
  }

  post(caller: Caller, pk: number, event: PostedEvent): Promise<CommandResult> {
    return this.one(postTask(caller, pk, event));
  }

  acknowledge(caller: Caller, pk: number, acknowledgement: PostedAcknowledgement): Promise<CommandResult> {
    return this.one(acknowledgeTask(caller, pk, acknowledgement));
  }

  changeAcknowledgement(caller: Caller, pk: number, ackPk: number, expiration: Instant | null): Promise<CommandResult> {
    return this.one(changeAcknowledgementTask(caller, pk, ackPk, expiration));
  }

  change(caller: Caller, pk: number, changes: AttributeChanges): Promise<CommandResult> {
    return this.one(changeTask(caller, pk, changes));
  }

  addTag(caller: Caller, pk: number, tag: string): Promise<CommandResult> {
    return this.one(tagTask(caller, pk, 'addTag', tag));
  }

  removeTag(caller: Caller, pk: number, tag: string): Promise<CommandResult> {
    return this.one(tagTask(caller, pk, 'removeTag', tag));
  }

  delete(caller: Caller, pk: number, sourcePk: number | undefined): Promise<CommandResult> {
    return this.one(deleteTask(caller, pk, sourcePk));
  }

  async bulk(caller: Caller, pks: readonly number[], action: BulkAction): Promise<ReadonlyMap<number, CommandResult>> {
    const distinct = [...new Set(pks)];
    const results = await this.groups.submit(distinct.map((pk) => bulkTask(caller, pk, action)));
    return new Map(distinct.map((pk, index) => [pk, results[index]!]));
  }

  private async one(task: Task): Promise<CommandResult> {
    return (await this.groups.submit([task]))[0]!;
  }

  private async run(tasks: readonly Task[]): Promise<readonly CommandResult[]> {
    let executed: Executed | undefined;
    crashpoint('incidents.command.before-transaction');
    try {
      await this.transactor.transact(async (unit) => {
        executed = await execute(tasks, unit, () => this.clock.now());
      });
    } catch (error) {
      if (!(error instanceof CommitUnknown) || !executed) throw error;
      if (!(await this.wasCommitted(executed.xid))) return this.run(tasks);
    }
    crashpoint('incidents.command.after-commit');
    return executed!.results;
  }

  /** Asks until the server tells; it does so as soon as it answers at all. */
  private async wasCommitted(xid: string): Promise<boolean> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const fate = await fateOf(this.store, xid).catch(() => 'in progress' as const);
      if (fate === 'committed') return true;
      if (fate === 'aborted') return false;
      if (fate === null || performance.now() > deadline || this.stopping.signal.aborted) {
        throw new ServiceUnavailable('the database did not answer whether it was done');
      }
      await pause(ASK_EVERY);
    }
  }
}

/** An error of a statement or of a value, rather than of the database. */
function isOfOne(error: unknown): boolean {
  return !isTransient(error) && !(error instanceof ServiceUnavailable);
}
