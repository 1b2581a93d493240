import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** A database of a stage's own. */
export interface BenchDatabase {
  readonly url: string;
  drop(): Promise<unknown>;
}

/** Makes an empty database on the server of `databaseUrl`. */
export async function makeDatabase(databaseUrl: string): Promise<BenchDatabase> {
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  await statement(databaseUrl, `create database ${name}`);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    drop: () => statement(databaseUrl, `drop database if exists ${name} with (force)`),
  };
}

/** Runs one statement on a connection of its own. @returns its rows */
export async function statement<T extends object>(databaseUrl: string, text: string): Promise<T[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<T>(text).finally(() => client.end());
  return rows;
}
