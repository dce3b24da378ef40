/**
 * A DynamoDB in process, and doors to it: each is a server of its own with its own
 * time of day, and may mistreat what passes.
 */
import dynalite from "dynalite"
import { Clock, Duration, Effect, Layer, Logger } from "effect"
import { LedgerDynamoDb } from "fleetcap/dynamodb"
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http"
import { createServer } from "node:http"
import { StoreTime } from "../contract/storeClock.ts"
import { shifted, Time } from "../contract/time.ts"

/**
 * What happens to a call: it may be answered with an error in place of being
 * done, or be done though its answer is lost.
 */
export type Fate = "done" | "answer lost" | "throttled" | "denied" | "without date"

export interface Call {
  readonly operation: string
  readonly body: string
}

export interface Door {
  readonly endpoint: string
  readonly table: string
  /** The calls so far, as they came. */
  readonly calls: Array<Call>
  /** Decides about each call. */
  fate: (call: Call) => Fate
  /** How far the time is ahead, for it and for the process behind it, in milliseconds. */
  ahead: number
  /** By how much more its dates are wrong. */
  wrong: number
}

const credentials = { accessKeyId: "nobody", secretAccessKey: "nothing" }

export const clientOptions = (door: Door) => ({ endpoint: door.endpoint, region: "eu-central-1", credentials })

const listen = (server: Server) =>
  Effect.callback<number>((resume) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resume(Effect.succeed(address !== null && typeof address === "object" ? address.port : 0))
    })
  })

const served = (make: () => Server) =>
  Effect.acquireRelease(
    Effect.sync(make),
    (server) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )

const dynamo = dynalite({ createTableMs: 0 })
let tables = 0

/** Opens a door to a table. */
export const openTo = Effect.fnUntraced(function*(table: string) {
  const door: Door = { endpoint: "", table, calls: [], fate: () => "done", ahead: 0, wrong: 0 }
  const server = yield* served(() => createServer(pass(door)))
  return Object.assign(door, { endpoint: `http://127.0.0.1:${yield* listen(server)}` })
})

/** Opens a door to a table of its own. */
export const open = Effect.gen(function*() {
  const door = yield* openTo(`fleetcap-${++tables}`)
  const client = yield* LedgerDynamoDb.makeClient(clientOptions(door))
  // dynalite deletes nothing by itself, and that is said.
  yield* Effect.provide(LedgerDynamoDb.createTable(client, door.table), Logger.layer([]))
  door.calls.length = 0
  return door
})

const pass = (door: Door): RequestListener => (request, response) => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.once("end", () => {
    request.removeAllListeners("data")
    const body = Buffer.concat(chunks).toString("utf8")
    const call = { operation: String(request.headers["x-amz-target"]).split(".")[1] ?? "", body }
    door.calls.push(call)
    const fate = door.fate(call)
    if (fate === "without date") response.sendDate = false
    else response.setHeader("date", new Date(Date.now() + door.ahead + door.wrong).toUTCString())
    if (fate === "throttled") return fail(response, "ProvisionedThroughputExceededException")
    if (fate === "denied") return fail(response, "AccessDeniedException")
    if (fate === "answer lost") loseAnswer(request, response)
    handOver(request, response, chunks)
  })
}

const fail = (response: ServerResponse, name: string): void => {
  response.writeHead(400, { "content-type": "application/x-amz-json-1.0" })
  response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: "said the test" }))
}

const loseAnswer = (request: IncomingMessage, response: ServerResponse): void => {
  response.end = () => {
    request.socket.destroy()
    return response
  }
}

/** dynalite reads the body itself: it is given what was read already. */
const handOver = (request: IncomingMessage, response: ServerResponse, chunks: ReadonlyArray<Buffer>): void => {
  dynamo.emit("request", request, response)
  for (const chunk of chunks) request.emit("data", chunk)
  request.emit("end")
}

/** A ledger behind a door, as a process has it whose clock goes with the door. */
export const layerBehind = (door: Door, options?: Partial<LedgerDynamoDb.Options>) =>
  Layer.unwrap(Effect.map(Clock.Clock, (clock) =>
    Layer.provideMerge(
      // A machine that is busy is no reason to fail.
      LedgerDynamoDb.layer({ ...clientOptions(door), table: door.table, callTimeout: "20 seconds", ...options }),
      Layer.succeed(Clock.Clock, shifted(clock, () => door.ahead))
    )))

/** The ledger over a table of its own, and the time of all that decides. */
export const layerTest = Layer.unwrap(Effect.map(open, (door) =>
  Layer.mergeAll(
    layerBehind(door),
    Layer.succeed(StoreTime, {
      set: (by) =>
        Effect.sync(() => {
          door.wrong += by
        })
    }),
    Layer.succeed(Time, {
      advance: (duration) =>
        Effect.sync(() => {
          door.ahead += Duration.toMillis(duration)
        })
    })
  )))
