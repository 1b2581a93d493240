/** The yardstick of commands: Fastify and pg as they come; each POST is one row in a transaction of its own. */
import fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
await pool.query(`create table if not exists bench_incident (
  pk bigserial primary key, source_incident_id text not null unique, start_time timestamptz not null, level int not null,
  description text not null, document jsonb not null)`);

interface Body {
  readonly source_incident_id: string;
  readonly start_time: string;
  readonly level: number;
  readonly description: string;
}

const INSERT = {
  name: 'insert',
  text: `insert into bench_incident (source_incident_id, start_time, level, description, document)
    values ($1, $2, $3, $4, $5) returning pk`,
};

const instance = fastify({ logger: false });
instance.post<{ Body: Body }>('/', async ({ body }, reply) => {
  const { source_incident_id, start_time, level, description } = body;
  const values = [source_incident_id, start_time, level, description, body];
  const { rows } = await pool.query<{ pk: string }>({ ...INSERT, values });
  return reply.code(201).send({ pk: Number(rows[0]?.pk), ...body });
});
const url = await instance.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ url: `${url}/` });
process.once('disconnect', () => process.exit(0));
