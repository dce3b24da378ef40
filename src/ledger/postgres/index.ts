/**
 * The ledger in PostgreSQL: one cap for any number of processes.
 *
 * It builds on Effect's SQL modules, which are unstable.
 */
export * as LedgerPostgres from "./LedgerPostgres.ts"
