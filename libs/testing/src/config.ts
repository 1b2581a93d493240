/** What the test runner provides: a real broker and a real database server. */
interface TestGround {
  readonly brokers: readonly string[];
  readonly databaseUrl: string;
}

/** @throws Error that says how to run a spec that needs Kafka and PostgreSQL */
export function testGround(): TestGround {
  const brokers = process.env['KAFKA_BROKERS'];
  const databaseUrl = process.env['DATABASE_URL'];
  if (brokers && databaseUrl) return { brokers: brokers.split(','), databaseUrl };
  throw new Error('This spec needs KAFKA_BROKERS and DATABASE_URL: run it through `npm test`, or set both.');
}
