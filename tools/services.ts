/** One process that `npm start` runs: one service, or one sink of the delivery service. */
export interface ServiceEntry {
  /** The folder under apps, and the value of SERVICE. */
  readonly app: string;
  /** The value of SINK, for delivery processes. */
  readonly sink?: string;
  /** Its own port is PORT plus this. */
  readonly portOffset: number;
  /** 2, 3 ... of a further process of the same kind. */
  readonly replica?: number;
}

/** THE list of services. A process more is a line more (deploy adds the same line to docker-compose.yml). */
export const services: readonly ServiceEntry[] = [
  { app: 'console', portOffset: 0 },
  { app: 'ingestion', portOffset: 1 },
  { app: 'incidents', portOffset: 2 },
  { app: 'integrations', portOffset: 3 },
  { app: 'detection', portOffset: 4 },
  { app: 'delivery', sink: 'slack', portOffset: 5 },
];

/** Its name in messages, status and log file: `ingestion`, `delivery-slack`. */
export function serviceName(entry: ServiceEntry): string {
  const name = entry.sink === undefined ? entry.app : `${entry.app}-${entry.sink}`;
  return entry.replica === undefined ? name : `${name}-${entry.replica}`;
}

/** Ports between one replica of a service and the next. */
const REPLICA_STEP = 10;

/** Each service `replicas` times; the origin once. A further one listens ten ports after the one before. */
export function replicated(entries: readonly ServiceEntry[], replicas: number): readonly ServiceEntry[] {
  const further = Array.from({ length: replicas - 1 }, (_, index) => index + 2).flatMap((replica) =>
    entries
      .filter(({ app }) => app !== 'console')
      .map((entry) => ({ ...entry, replica, portOffset: entry.portOffset + REPLICA_STEP * (replica - 1) })),
  );
  return [...entries, ...further];
}

/** The sinks that the list knows, in its order. */
export function sinksOf(entries: readonly ServiceEntry[]): readonly string[] {
  return entries.flatMap((entry) => (entry.sink === undefined ? [] : [entry.sink]));
}

/** Where the compiled service starts, below the repository root. */
export function entryFile(entry: ServiceEntry): string {
  return `dist/apps/${entry.app}/src/main.js`;
}
