export * from './accounts.js';
export * from './announce.js';
export * from './register-token.js';
export * from './registered.js';
export * from './restore.js';
export * from './sources.js';
