import { Client } from 'pg';
import { testGround } from './config.js';
import { uniqueName } from './names.js';

export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Removes it, with whoever is still connected. */
  drop(): Promise<void>;
}

/** A database of the spec's own on the test server; from `template` (a database nobody is connected to) where given. */
export async function testDatabase(template?: string): Promise<TestDatabase> {
  const name = uniqueName('spec');
  await onServer(`create database "${name}"${template === undefined ? '' : ` template "${template}"`}`);
  const url = new URL(testGround().databaseUrl);
  url.pathname = `/${name}`;
  return { url: url.toString(), name, drop: () => onServer(`drop database if exists "${name}" with (force)`) };
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: testGround().databaseUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
