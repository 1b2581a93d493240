/** The ground for specs and benchmarks: private servers that may be killed, and the whole system as `npm start` runs it. */
export { type OwnServer, type ServerPlace, startKafka, startPostgres } from './servers.js';
export { type RunningSystem, type SystemOptions, startSystem } from './system.js';
export { type Ground, resolveGround } from './resolve.js';
export { freePort } from './ports.js';
export { birthOf, isAlive, signalProcess } from './own-processes.js';
