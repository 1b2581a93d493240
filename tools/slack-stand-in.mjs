/**
 * `npm run slack-stand-in [-- --port 4900]`: an independent Slack server (npm `emulate`) to try Tocsin without Slack. Prints
 * each message of its channel as it looks there, and again whenever it is edited.
 */
import { parseArgs } from 'node:util';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './install.mjs';
import { printed } from './slack-print.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const TOKEN = 'xoxb-tocsin';
const CHANNEL = 'general';
const LOOK_EVERY_MS = 250;

const { values } = parseArgs({ options: { port: { type: 'string', default: '4900' } } });
const origin = `http://127.0.0.1:${values.port}`;

async function call(method, body) {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const answer = await fetch(`${origin}/api/${method}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return answer.json();
}

/** Prints what is new or changed since the last look; a message is known by its ts, its state by its whole content. */
async function look(channel, seen) {
  const { messages = [] } = await call('conversations.history', { channel, limit: 200 });
  for (const message of messages.reverse()) {
    const content = JSON.stringify(message);
    if (seen.get(message.ts) === content) continue;
    console.log(`${printed(message, { edited: seen.has(message.ts), coloured: process.stdout.isTTY })}\n`);
    seen.set(message.ts, content);
  }
}

async function main() {
  await ensureDependencies({ root });
  const { createEmulator } = await import('emulate');
  const user = { name: 'tocsin', real_name: 'Tocsin', email: 'tocsin@example.test' };
  const seed = { tokens: { [TOKEN]: { login: user.name, scopes: ['chat:write'] } }, slack: { users: [user] } };
  const server = await createEmulator({ service: 'slack', port: Number(values.port), baseUrl: origin, seed });
  const { channels } = await call('conversations.list', {});
  const channel = channels.find(({ name }) => name === CHANNEL).id;
  console.log(`Slack stand-in: SLACK_API_URL=${origin}/api/   token ${TOKEN}   channelId ${channel}\n`);
  const seen = new Map();
  let looking = Promise.resolve();
  const timer = setInterval(
    () => (looking = looking.then(() => look(channel, seen)).catch(() => undefined)),
    LOOK_EVERY_MS,
  );
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      clearInterval(timer);
      void looking.then(() => server.close()).finally(() => process.exit(0));
    });
  }
}

main().catch((error) => {
  console.error(
    error.code === 'EADDRINUSE' ? `port ${values.port} is taken; choose another with -- --port <n>` : error.message,
  );
  process.exit(1);
});
