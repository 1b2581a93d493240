/**
 * A rule as three pure members: what is so before anything happened, what follows from a command, and what an event
 * changes. Time, ids and randomness arrive inside the command.
 */
export interface Decider<Command, State, Event> {
  readonly initialState: State;
  decide(command: Command, state: State): readonly Event[];
  evolve(state: State, event: Event): State;
}

/** The state after `events`, starting from `state`. */
export function fold<State, Event>(
  evolve: (state: State, event: Event) => State,
  state: State,
  events: Iterable<Event>,
): State {
  let folded = state;
  for (const event of events) folded = evolve(folded, event);
  return folded;
}

/** One step of a decider: the events that `command` causes, and the state after them. */
export function step<Command, State, Event>(
  decider: Decider<Command, State, Event>,
  state: State,
  command: Command,
): { events: readonly Event[]; state: State } {
  const events = decider.decide(command, state);
  return { events, state: fold((s, e) => decider.evolve(s, e), state, events) };
}
