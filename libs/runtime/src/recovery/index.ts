export { type History } from './history.js';
export { DatabaseLost, type Recover, type RecoveryContext } from './recovery.js';
