/**
 * The items of a table: one for each fleet, and one for each request that a launch
 * is sent with.
 */
import { type AttributeValue, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { RunTaskRequest } from "../../ecs/Ecs.ts"
import { SentRequest } from "../SentRequest.ts"
import type { SlotId } from "../Slot.ts"
import type { Way } from "./Client.ts"
import { call } from "./Client.ts"
import { CallFailed } from "./DynamoError.ts"

/**
 * The format in which items are written. Another one is refused.
 *
 * @category configuration
 */
export const format = 1

/**
 * The size limit of an item, in bytes. DynamoDB's own is 400 KB, names included; this
 * stays below it.
 *
 * @category configuration
 */
export const itemLimit = 390 * 1024

/**
 * A fleet's item.
 *
 * @category models
 */
export interface FleetItem {
  /** Grows by one with each write. */
  readonly version: number
  readonly body: Uint8Array
}

/**
 * A label for people who look at the table. Nothing is decided by it.
 *
 * @category models
 */
export interface Label {
  readonly occupied: number
  readonly cap: number | "unlimited"
}

/**
 * The items of a table.
 *
 * @category models
 */
export interface Table {
  readonly readFleet: (fleet: string) => Effect.Effect<FleetItem | undefined, CallFailed>
  /** Writes a fleet, if no process has since the version before. It begins with version 1. */
  readonly writeFleet: (fleet: string, item: FleetItem, label: Label) => Effect.Effect<unknown, CallFailed>
  readonly readRequest: (fleet: string, id: SlotId) => Effect.Effect<RunTaskRequest | undefined, CallFailed>
  /** Writes a request, to be deleted by the table a while after no holder can need it. */
  readonly writeRequest: (
    fleet: string,
    id: SlotId,
    request: RunTaskRequest,
    now: number
  ) => Effect.Effect<unknown, CallFailed>
}

/**
 * The time for which a request is kept. It is needed until 45 minutes after it was
 * first sent, and longer only while ECS throttles it all along.
 */
const requestRetention = Duration.toMillis("2 days")

/**
 * Makes the items of a table.
 *
 * @category constructors
 */
export const make = (way: Way): Table => {
  const get = (fleet: string, item: string) =>
    Effect.map(
      Effect.suspend(() =>
        call(way, new GetItemCommand({ TableName: way.table, Key: keyOf(fleet, item), ConsistentRead: true }))
      ),
      ({ Item }) => Item
    )
  return {
    readFleet: (fleet) => Effect.flatMap(get(fleet, "fleet"), (item) => readFleet(item, fleet)),
    writeFleet: (fleet, { body, version }, { cap, occupied }) =>
      Effect.suspend(() =>
        call(
          way,
          new PutItemCommand({
            TableName: way.table,
            Item: {
              ...keyOf(fleet, "fleet"),
              format: { N: String(format) },
              version: { N: String(version) },
              body: { B: body },
              occupied: { N: String(occupied) },
              cap: { S: String(cap) }
            },
            ...version === 1
              ? { ConditionExpression: "attribute_not_exists(pk)" }
              : {
                ConditionExpression: "version = :before",
                ExpressionAttributeValues: { ":before": { N: String(version - 1) } }
              },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD"
          })
        )
      ),
    readRequest: (fleet, id) =>
      Effect.flatMap(get(fleet, requestKey(id)), (item) => {
        const text = item?.["request"]?.S
        // What is no request any more is as good as lost: its launch is settled by evidence.
        return text === undefined ? Effect.undefined : Effect.orElseSucceed(decodeRequest(text), () => undefined)
      }),
    writeRequest: (fleet, id, request, now) =>
      Effect.suspend(() =>
        call(
          way,
          new PutItemCommand({
            TableName: way.table,
            Item: {
              ...keyOf(fleet, requestKey(id)),
              request: { S: JSON.stringify(request) },
              expires: { N: String(Math.ceil((now + requestRetention) / 1000)) }
            }
          })
        )
      )
  }
}

/**
 * Reads a fleet's item, as it was got or as a condition found it.
 *
 * @category conversions
 */
export const readFleet = (
  item: Record<string, AttributeValue> | undefined,
  fleet: string
): Effect.Effect<FleetItem | undefined, CallFailed> => {
  if (item === undefined) return Effect.undefined
  const written = item["format"]?.N
  if (written !== String(format)) {
    return refuse(
      `the item of fleet ${fleet} has format ${written ?? "(none)"}, and this version of fleetcap knows format ` +
        `${format} only: let one version of fleetcap hold the fleet`
    )
  }
  const version = Number(item["version"]?.N)
  const body = item["body"]?.B
  return body === undefined || !Number.isSafeInteger(version)
    ? refuse(`the item of fleet ${fleet} has no body or no version: something else has written it`)
    : Effect.succeed({ version, body })
}

const decodeRequest = Schema.decodeUnknownEffect(SentRequest)

const keyOf = (fleet: string, item: string) => ({ pk: { S: fleet }, sk: { S: item } })

const requestKey = (id: SlotId): string => `request/${id}`

const refuse = (detail: string) => Effect.fail(new CallFailed({ reason: "refused", detail }))
