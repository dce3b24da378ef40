/**
 * The ledger that processes share through a table of DynamoDB.
 *
 * Its client is an optional peer of fleetcap: without it this import fails with
 * `ERR_MODULE_NOT_FOUND`. Install it with `npm install @aws-sdk/client-dynamodb`.
 */
export * as LedgerDynamoDb from "./LedgerDynamoDb.ts"
