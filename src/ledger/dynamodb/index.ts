/**
 * The ledger that processes share through a table of DynamoDB.
 */
export * as LedgerDynamoDb from "./LedgerDynamoDb.ts"
