/**
 * The table that a ledger is kept in.
 */
import type { CreateTableCommandInput, DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { CreateTableCommand, UpdateTimeToLiveCommand, waitUntilTableExists } from "@aws-sdk/client-dynamodb"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { partsOf } from "../../ecs/Signing.ts"
import type { LedgerUnavailable } from "../Ledger.ts"
import { ofThrown, unavailable } from "./DynamoError.ts"

/**
 * Returns what a table of that name is created with: two keys, and billing by
 * request.
 *
 * @category constructors
 */
export const definition = (table: string): CreateTableCommandInput => ({
  TableName: table,
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" },
    { AttributeName: "sk", AttributeType: "S" }
  ],
  KeySchema: [
    { AttributeName: "pk", KeyType: "HASH" },
    { AttributeName: "sk", KeyType: "RANGE" }
  ],
  BillingMode: "PAY_PER_REQUEST"
})

/**
 * Creates the table, if it is not there, and waits until it can be used.
 *
 * **When to use**
 *
 * Use once, from a script, with more rights than the ledger needs:
 * `dynamodb:CreateTable`, `DescribeTable` and `UpdateTimeToLive`.
 *
 * **Details**
 *
 * Items that have served are deleted by the table itself, by the attribute
 * `expires`. An emulator that cannot do so keeps them.
 *
 * @category constructors
 */
export const createTable = Effect.fnUntraced(
  function*(client: DynamoDBClient, table: string): Effect.fn.Return<void, LedgerUnavailable> {
    const attempt = (
      work: () => Promise<unknown>,
      allows: (problem: Problem) => boolean = () => false
    ): Effect.Effect<void, LedgerUnavailable> =>
      Effect.tryPromise({ try: work, catch: problemOf }).pipe(
        Effect.asVoid,
        Effect.catch((problem) =>
          allows(problem) ? Effect.void : Effect.flatMap(
            Effect.orElseSucceed(Effect.tryPromise(() => client.config.credentials()), () => undefined),
            (credentials) => Effect.fail(unavailable(ofThrown(problem, table, partsOf(credentials))))
          )
        )
      )
    yield* attempt(
      () => client.send(new CreateTableCommand(definition(table))),
      ({ name }) => name === "ResourceInUseException"
    )
    yield* attempt(() => waitUntilTableExists({ client, maxWaitTime: 120, minDelay: 1 }, { TableName: table }))
    let isDone = true
    yield* attempt(
      () => client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification: expiry })),
      ({ message, name }) => {
        isDone = name !== "UnknownOperationException"
        // That is how a table says that it does so already.
        return !isDone || (name === "ValidationException" && message.includes("already enabled"))
      }
    )
    if (!isDone) {
      yield* Effect.logWarning(`Table ${table} deletes nothing by itself: what stands in for DynamoDB cannot`)
    }
  }
)

const expiry = { AttributeName: "expires", Enabled: true }

/** An error that the SDK throws. */
class Problem extends Data.Error<{ readonly name: string; readonly message: string }> {}

const problemOf = (thrown: unknown): Problem =>
  Predicate.isError(thrown)
    ? new Problem({ name: thrown.name, message: thrown.message })
    : new Problem({ name: "Unknown", message: String(thrown) })
