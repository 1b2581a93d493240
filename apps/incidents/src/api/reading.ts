import { ServiceUnavailable } from '#libs/runtime';

/**
 * SQLSTATE of a table that is not there: they were dropped by hand; and of a column: the live generation was made by an
 * earlier version of the service, and the one with that column is being built.
 */
const BEING_MADE: ReadonlySet<unknown> = new Set(['42P01', '42703']);

/**
 * Runs a query of a read model. While its tables are being made anew it is 503 with Retry-After.
 * @throws ServiceUnavailable, and whatever `query` throws
 */
export async function reading<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && BEING_MADE.has(error.code);
    throw gone ? new ServiceUnavailable('the read model is being made anew', 2) : error;
  }
}
