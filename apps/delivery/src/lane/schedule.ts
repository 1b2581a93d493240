import { type Action, type Plan } from './lane.js';

/** What may go before what: a lane that is only to be settled, then transitions, posts, updates. */
export const SETTLE = 0;
export const classes: Readonly<Record<Action, number>> = { transition: 1, post: 2, update: 3 };
export const everyClass: readonly number[] = [SETTLE, 1, 2, 3];

export function actionOf(laneClass: number): Action | undefined {
  return (['transition', 'post', 'update'] as const)[laneClass - 1];
}

/** When a lane is to be looked at next, milliseconds; null: not before something new comes. */
export interface LaneSchedule {
  readonly class: number;
  readonly due: number | null;
}

/** When a lane with this plan is to be looked at, and as what. */
export function scheduleOf({ settle, clear, next }: Plan, now: number): LaneSchedule {
  if (settle.length > 0 || clear) return { class: SETTLE, due: now };
  return next ? { class: classes[next.action], due: next.due } : { class: SETTLE, due: null };
}

/** Something of a class is due at an integration. */
export interface Hint {
  readonly integrationId: string;
  readonly class: number;
  readonly due: number;
}

export function hintsOf(lanes: readonly (LaneSchedule & { readonly integrationId: string })[]): readonly Hint[] {
  return lanes.flatMap(({ integrationId, class: laneClass, due }) =>
    due === null ? [] : [{ integrationId, class: laneClass, due }],
  );
}
