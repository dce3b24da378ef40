/**
 * The ledger that processes share through a table of DynamoDB: one cap for any
 * number of replicas, through crashes and restarts.
 *
 * A fleet is one item. A process reads it, decides with the same rules as every
 * other ledger, and writes it on the condition that no process has since: key and cap
 * are decided in one conditional write. A process that is alone needs one round
 * trip, for it remembers what it wrote; one that was not first waits a moment, at
 * random and the longer the more often it was not, reads what the others wrote, and
 * decides anew. What is asked at the same time goes out as one write.
 *
 * **The table** has the string keys `pk` and `sk`, and `expires` as its time to
 * live. {@link createTable} makes it, or:
 *
 * ```sh
 * aws dynamodb create-table --table-name fleetcap --billing-mode PAY_PER_REQUEST \
 *   --attribute-definitions AttributeName=pk,AttributeType=S AttributeName=sk,AttributeType=S \
 *   --key-schema AttributeName=pk,KeyType=HASH AttributeName=sk,KeyType=RANGE
 * aws dynamodb update-time-to-live --table-name fleetcap \
 *   --time-to-live-specification Enabled=true,AttributeName=expires
 * ```
 *
 * **The role** needs two actions on that table, and nothing else:
 *
 * ```json
 * {
 *   "Effect": "Allow",
 *   "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
 *   "Resource": "arn:aws:dynamodb:REGION:ACCOUNT:table/fleetcap"
 * }
 * ```
 *
 * **Limits.** A write costs a unit for each KB of the item, and one item takes about
 * 1000 units a second. At a cap of 100 the item has about 10 KB, at 500 about 35 KB, so
 * that this ledger is for caps up to about 100, and works up to 500 at a price. With
 * nothing to do, a process reads the item twice and writes it once in 3 seconds; while
 * a request waits with it, it writes once a second. An item that has grown to 192 KB
 * grants nothing, whatever the cap: the fleet is said to be full.
 *
 * DynamoDB has no push notifications. Other processes hear of a
 * freed slot when they look, once a second.
 *
 * Of the tasks that have stopped, the newest 128 are remembered. An older one that a
 * stale list still shows holds a slot again, until it is described in the same
 * reading: that costs room for a moment, and is never a task too many.
 *
 * **The time** is DynamoDB's, from the `Date` header of its answers, checked against
 * the clocks of the processes: a date that is wrong by far is logged, and does not
 * count as time that has passed. An answer without that header, or with a malformed
 * one, is refused; for an emulator that sends none, `clock` may say `local`.
 *
 * **Gotchas**
 *
 * The table must be in one region: two replicas of a global table each grant a
 * whole cap. Items must not be deleted or restored from a backup while the fleet
 * runs, for a fleet that is not there counts nothing.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type FleetLedger, Ledger } from "../Ledger.ts"
import * as CompareAndSet from "../shared/CompareAndSet.ts"
import * as SharedLedgers from "../shared/SharedLedger.ts"
import * as Startings from "../shared/Starting.ts"
import type { ClientOptions } from "./Client.ts"
import { hostOf, makeClient } from "./Client.ts"
import * as DynamoStores from "./DynamoStore.ts"
import * as ServerTimes from "./ServerTime.ts"
import * as Tables from "./Table.ts"

export { type ClientOptions, makeClient } from "./Client.ts"
export { createTable, definition } from "./CreateTable.ts"

/**
 * The options that also apply to a client that is passed in.
 *
 * @category options
 */
export interface LedgerOptions {
  /** The name of the table, or its ARN. */
  readonly table: string
  /**
   * The time limit of one call. Defaults to 2 seconds. A read or a write of a fleet may
   * take twice that, with the calls that go with it, and those that are throttled.
   */
  readonly callTimeout?: Duration.Input | undefined
  /**
   * The source of the time: DynamoDB (`server`), or the wall clock of the process
   * (`local`), for an emulator whose answers have no `Date` header. Defaults to
   * `server`.
   */
  readonly clock?: ServerTimes.Source | undefined
  /**
   * The time to wait, when a fleet is attached, for a DynamoDB that gives no answer or
   * throttles. The default is 30 seconds. A mistake, such as a table that is not there,
   * fails at once.
   */
  readonly startTimeout?: Duration.Input | undefined
}

/**
 * Everything that can be set.
 *
 * @category options
 */
export interface Options extends LedgerOptions, ClientOptions {}

/**
 * Creates the service on a client.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(
  function*(client: DynamoDBClient, options: LedgerOptions): Effect.fn.Return<Ledger["Service"]> {
    const timeout = Duration.fromInputUnsafe(options.callTimeout ?? "2 seconds")
    const time = ServerTimes.make(yield* Clock.Clock, options.clock ?? "server")
    const table = Tables.make({ client, table: options.table, timeout, time })
    const start = {
      place: `table ${options.table} of DynamoDB at ${yield* hostOf(client)}`,
      timeout: Duration.fromInputUnsafe(options.startTimeout ?? Startings.defaultTimeout)
    }
    return Ledger.of({
      attach: Effect.fnUntraced(function*(attachOptions) {
        const { fleet, holder } = attachOptions
        const database = DynamoStores.make({ table, time, fleet, holder, timeout: Duration.times(timeout, 2) })
        const attached = yield* Startings.waiting(CompareAndSet.attach(database, attachOptions), start)
        const ledger = yield* SharedLedgers.make(attached, attachOptions)
        return { ...ledger, reserve: unlessTooLarge(database, ledger.reserve) }
      })
    })
  }
)

/**
 * Provides the ledger over a client of its own.
 *
 * @example
 * ```ts
 * import { Layer } from "effect"
 * import { EcsAws, Provisioner } from "fleetcap"
 * import { LedgerDynamoDb } from "fleetcap/dynamodb"
 * import assert from "node:assert/strict"
 *
 * const fleet = Provisioner.layer({
 *   cluster: "workers",
 *   taskDefinition: "converter:7",
 *   subnets: ["subnet-0a1b2c3d"],
 *   cap: 16
 * }).pipe(
 *   Layer.provide(LedgerDynamoDb.layer({ table: "fleetcap", region: "eu-central-1" })),
 *   Layer.provide(EcsAws.layer())
 * )
 *
 * assert.ok(Layer.isLayer(fleet))
 * ```
 *
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<Ledger> =>
  Layer.effect(Ledger, Effect.flatMap(makeClient(options), (client) => make(client, options)))

/**
 * Provides the ledger over a client of its own, with options from the configuration.
 *
 * @category layers
 */
export const layerConfig = (
  options: Config.Wrap<Omit<Options, "credentials">>
): Layer.Layer<Ledger, Config.ConfigError> => Layer.unwrap(Effect.map(Config.unwrap(options), layer))

/**
 * Provides the ledger over a client that exists, and that stays its owner's to
 * destroy. It may retry: what is written twice counts once.
 *
 * @category layers
 */
export const layerClient = (client: DynamoDBClient, options: LedgerOptions): Layer.Layer<Ledger> =>
  Layer.effect(Ledger, make(client, options))

/**
 * The size of an item's body, in bytes, past which no slot is granted. The rest is for
 * what cannot be refused: tasks that others have launched.
 */
const grantLimit = 192 * 1024

const unlessTooLarge =
  (database: DynamoStores.DynamoStore, reserve: FleetLedger["reserve"]): FleetLedger["reserve"] => (options) =>
    Effect.suspend(() => {
      const { bytes, occupied } = database.size()
      return bytes <= grantLimit ? reserve(options) : Effect.succeed({ _tag: "Full", occupied, cap: occupied })
    })
