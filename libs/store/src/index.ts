export * from './tx.js';
