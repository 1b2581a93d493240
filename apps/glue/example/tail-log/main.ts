/** A worked example: a log file becomes incidents. What it is told by its environment: config.ts. */
import { Glue } from '../../src/index.js';
import { readConfig } from './config.js';
import { tail } from './tail.js';

const { logFile, ...where } = readConfig();
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const glue = await Glue.open({
  ...where,
  onTrouble: (error, retryAt) => say(`${String(error)}; again at ${new Date(retryAt).toISOString()}`),
  onRefused: ({ operation, reason }) => say(`refused: ${JSON.stringify(operation)}: ${reason}`),
});
glue.start();
say(`reads ${logFile}; ${glue.left} operations were left from before`);
await tail(glue, logFile, stop.signal);
const left = await glue.stop();
say(`stopped; ${left} operations will be sent after the next start`);
