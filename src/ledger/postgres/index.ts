/**
 * The ledger in PostgreSQL: one cap for any number of processes.
 *
 * It builds on Effect's SQL modules, which are unstable. Its client is an optional peer of
 * fleetcap: without it this import fails with `ERR_MODULE_NOT_FOUND`. Install it with
 * `npm install @effect/sql-pg`.
 *
 * This folder keeps a shared ledger in PostgreSQL. It is the only one that may use a
 * SQL client, and may import `ledger` and `Detail.ts`.
 */
export * as LedgerPostgres from "./LedgerPostgres.ts"
