/**
 * `npm start`: from a bare checkout to a running Tocsin. Until the dependencies are there, only what Node itself brings is
 * imported; then the sources are built and dist/tools/supervisor/main.js takes over in this very process.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const HELP = `npm start               starts Kafka, PostgreSQL and every service, and stays in the foreground
npm start -- --recover  the same, after the database was lost: takes everything back from the log
npm start -- --help      this page

Variables (an empty one counts as not set):
  PORT            4000       the one origin; each service listens on a port of its own after it
  TOCSIN_HOME     .tocsin    all local data: log, database, keys, service logs
  KAFKA_PORT      9092       port of the embedded broker
  KAFKA_BROKERS              use this Kafka instead (with KAFKA_SASL_MECHANISM, KAFKA_USERNAME, KAFKA_PASSWORD, KAFKA_SSL, KAFKA_SSL_CA)
  DATABASE_URL               use this PostgreSQL instead
  SINKS           all        which delivery processes run, comma-separated
  REPLICAS        1          processes of each service but the origin
  TOCSIN_GROUND   auto       auto, docker or embedded: where Kafka and PostgreSQL come from when the two above are not set
  TOCSIN_CACHE               where downloads are kept (default: tocsin in the user's cache folder)
  MAVEN_REPOSITORY           a mirror to fetch the broker's jars from
  JAVA_HOME                  a Java runtime, 17 or newer (default: java on the PATH)

README.md has the others. Stop with Ctrl-C; a second Ctrl-C stops at once.`;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

async function start() {
  if (process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) {
    console.log(HELP);
    return;
  }
  if (process.argv.includes('--recover')) process.env.TOCSIN_RECOVERY = 'recover';
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node.js ${process.versions.node} is too old: install 20.19 or newer`);
  }
  if (process.platform === 'win32') {
    throw new Error('Windows itself is not supported: start Tocsin in the Windows Subsystem for Linux');
  }
  const { ensureDependencies } = await import('./install.mjs');
  await ensureDependencies({ root });
  buildInItsOwnProcess();
  const { main } = await import(pathToFileURL(path.join(root, 'dist/tools/supervisor/main.js')).href);
  await main({ root });
}

/** The compiler takes 60 MB, which this process would keep for as long as Tocsin runs. */
function buildInItsOwnProcess() {
  const { status } = spawnSync(process.execPath, [path.join(root, 'tools', 'build.mjs')], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the sources do not compile; nothing was started');
}

start().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
