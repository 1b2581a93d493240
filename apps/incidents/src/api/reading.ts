import { ServiceUnavailable } from '#libs/runtime';

const UNDEFINED_TABLE = '42P01';

/**
 * Runs a query of a read model. While its tables are being made anew (they were dropped by hand), it is 503.
 * @throws ServiceUnavailable, and whatever `query` throws
 */
export async function reading<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE;
    throw gone ? new ServiceUnavailable('the read model is being made anew', 2) : error;
  }
}
