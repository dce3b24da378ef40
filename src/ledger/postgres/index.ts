/**
 * The ledger in PostgreSQL: one cap for any number of processes.
 *
 * It builds on Effect's SQL modules, which are unstable. Its client is an optional peer of
 * fleetcap: without it this import fails with `ERR_MODULE_NOT_FOUND`. Install it with
 * `npm install @effect/sql-pg`.
 */
export * as LedgerPostgres from "./LedgerPostgres.ts"
