import { type expect as Expect } from '@jest/globals';
import { type Decider, fold, type Projection, step } from '#libs/core';

/** Jest's own, looked up when it is needed: benches and trials use the rest of this library outside of Jest. */
const expect: typeof Expect = ((actual: unknown) =>
  (globalThis as unknown as { expect: typeof Expect }).expect(actual)) as typeof Expect;

export interface Outcome<Event> {
  /** The command causes exactly these events. */
  then(events: readonly Event[]): void;
  /** The command causes nothing. */
  thenNothing(): void;
  /** The command is refused. */
  thenThrows(message: string | RegExp): void;
  /** Said again on the state it led to, the command causes nothing new: safe to retry. */
  thenSafeToRetry(): void;
}

export interface Given<Command, Event> {
  when(command: Command): Outcome<Event>;
}

/** `given(events).when(command).then(events)` for a decider. */
export function givenFor<Command, State, Event>(
  decider: Decider<Command, State, Event>,
): (events: readonly Event[]) => Given<Command, Event> {
  return (events) => {
    const state = fold((s, e) => decider.evolve(s, e), decider.initialState, events);
    return { when: (command) => outcome(decider, state, command) };
  };
}

function outcome<Command, State, Event>(
  decider: Decider<Command, State, Event>,
  state: State,
  command: Command,
): Outcome<Event> {
  return {
    then: (events) => expect(decider.decide(command, state)).toEqual(events),
    thenNothing: () => expect(decider.decide(command, state)).toEqual([]),
    thenThrows: (message) => expect(() => decider.decide(command, state)).toThrow(message),
    thenSafeToRetry: () => expect(decider.decide(command, step(decider, state, command).state)).toEqual([]),
  };
}

/** `projected(events).is(document)` for a projection; the events are those of one document. */
export function projectedBy<Document, Event>(
  projection: Projection<Document, Event>,
): (events: readonly Event[]) => { is(document: Document | undefined): void } {
  return (events) => ({
    is: (document) => {
      const folded = events.reduce<Document | undefined>((d, event) => projection.evolve(d, event), undefined);
      expect(folded).toEqual(document);
    },
  });
}
