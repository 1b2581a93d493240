export * from './database.js';
export * from './kafka.js';
export * from './names.js';
export * from './service.js';
export * from './secrets.js';
export * from './specification.js';
export * from './until.js';
