/**
 * The ledger that processes share through a table of DynamoDB.
 *
 * Its client is an optional peer of fleetcap: without it this import fails with
 * `ERR_MODULE_NOT_FOUND`. Install it with `npm install @aws-sdk/client-dynamodb`.
 *
 * This folder keeps a shared ledger in a DynamoDB table. It is the only one that may
 * use a DynamoDB client, and may import `ledger`, `ecs` and `Detail.ts`.
 */
export * as LedgerDynamoDb from "./LedgerDynamoDb.ts"
