import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Child, launch } from './child.js';
import { findJava } from './java.js';
import { kafkaAnswers, plainAccess } from './kafka-access.js';
import { type JarSource, type Say, ensureKafkaJars } from './kafka-jars.js';
import { JVM_OPTIONS, serverProperties } from './kafka-properties.js';
import { type LineSink } from './log-file.js';
import { findOwnProcesses, stopProcesses } from './own-processes.js';
import { PortTakenError, isPortFree, keptPort } from './ports.js';
import { type Program, infrastructureEnvironment } from './program.js';
import { keptText } from './secrets.js';

/** What an embedded broker is made of. */
export interface EmbeddedKafkaOptions {
  readonly home: string;
  readonly port: number;
  readonly jars: JarSource;
  readonly environment: NodeJS.ProcessEnv;
  readonly say: Say;
}

/** A broker that can be launched. */
export interface KafkaProgram extends Program {
  /** host:port for clients. */
  readonly brokers: string;
}

const STOP_GRACE_MS = 10_000;

/** Fetches what the broker needs and formats its log at the first start. It does not run yet. */
export async function embeddedKafka(options: EmbeddedKafkaOptions): Promise<KafkaProgram> {
  const { home, port, environment, say } = options;
  const folder = path.join(home, 'kafka');
  mkdirSync(folder, { recursive: true });
  const [java, jars] = await Promise.all([
    findJava(environment, options.jars.cacheDir, say),
    ensureKafkaJars(options.jars, say),
  ]);
  const env = { ...infrastructureEnvironment(environment, home, 'kafka'), CLASSPATH: jars.join(':') };
  const broker = new Broker(folder, home, port, java, env);
  const brokers = `127.0.0.1:${port}`;
  return {
    name: 'kafka',
    brokers,
    launch: (log) => broker.launch(log),
    async probe() {
      if (!(await kafkaAnswers(plainAccess(brokers)))) throw new Error(`no answer on ${brokers}`);
    },
    stop: { signal: 'SIGTERM', graceMs: STOP_GRACE_MS },
    stopAtOnce: 'SIGKILL',
  };
}

class Broker {
  private readonly properties: string;

  constructor(
    private readonly folder: string,
    private readonly home: string,
    private readonly port: number,
    private readonly java: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {
    this.properties = path.join(folder, 'server.properties');
  }

  async launch(log: LineSink): Promise<Child> {
    await this.stopLeftOver();
    if (!(await isPortFree(this.port))) {
      throw new PortTakenError(
        `KAFKA_PORT: port ${this.port} on 127.0.0.1 is held by another program; set KAFKA_PORT to a free one`,
      );
    }
    const controllerPort = await keptPort(path.join(this.folder, 'controller-port'));
    writeFileSync(
      this.properties,
      serverProperties({ port: this.port, controllerPort, logDir: path.join(this.folder, 'log') }),
    );
    await this.format();
    return launch({
      command: this.java,
      args: [...JVM_OPTIONS, 'kafka.Kafka', this.properties],
      env: this.env,
      cwd: this.folder,
      log,
    });
  }

  /** A broker that outlived its supervisor still holds the port and the lock of the log. */
  private async stopLeftOver(): Promise<void> {
    const left = (await findOwnProcesses(this.home)).filter(({ service }) => service === 'kafka');
    await stopProcesses(
      left.map(({ pid }) => pid),
      'SIGTERM',
      STOP_GRACE_MS,
    );
  }

  /** The mark is written last: a formatting that was killed half way is done again, a finished one never. */
  private async format(): Promise<void> {
    const mark = path.join(this.folder, 'formatted');
    if (existsSync(mark)) return;
    const clusterId = keptText(path.join(this.folder, 'cluster-id'), newClusterId);
    const args = ['-Xmx128m', ...JVM_OPTIONS.filter((option) => !option.startsWith('-Xm')), 'kafka.tools.StorageTool'];
    const format = ['format', '--ignore-formatted', '--cluster-id', clusterId, '--config', this.properties];
    await promisify(execFile)(this.java, [...args, ...format], { env: this.env });
    writeFileSync(mark, `${clusterId}\n`);
  }
}

/** 16 random bytes as Kafka writes an id. The first bit is clear: an id that begins with a hyphen is taken for an option. */
export function newClusterId(random: (size: number) => Buffer = randomBytes): string {
  const bytes = random(16);
  bytes[0]! &= 0x7f;
  return bytes.toString('base64url');
}
