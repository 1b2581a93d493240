import { type Logger } from 'typeorm';

/** TypeORM says nothing by itself: statements hold rows, and what fails is thrown. */
export const quietly: Logger = {
  logQuery() {},
  logQueryError() {},
  logQuerySlow() {},
  logSchemaBuild() {},
  logMigration() {},
  log() {},
};
