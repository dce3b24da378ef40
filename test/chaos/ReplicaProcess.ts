/**
 * A replica's process, in the hands of its parent.
 */
import { Deferred, Effect, Queue, Schema } from "effect"
import { fork } from "node:child_process"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Message from "./Message.ts"

export interface ReplicaProcess {
  /** It has attached to the ledger. */
  readonly ready: Effect.Effect<void>
  readonly tell: (message: Message.ToReplica) => Effect.Effect<void>
  /** Waits for its next message of a kind, and drops those before it. */
  readonly next: <T extends Message.FromReplica["_tag"]>(
    tag: T
  ) => Effect.Effect<Extract<Message.FromReplica, { readonly _tag: T }>>
  /** It does nothing from now on, and knows nothing of it. */
  readonly stop: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
  /** Ends it without a word, though it be stopped, and waits until it has ended. */
  readonly kill: Effect.Effect<void>
  /** Tells it to end, and waits until it has ended. */
  readonly leave: Effect.Effect<void>
  /** Tells it to ask for nothing more, and waits until it does not. */
  readonly rest: Effect.Effect<void>
  readonly ended: Effect.Effect<void>
}

const script = fileURLToPath(new URL("./replica.ts", import.meta.url))

/** Nothing of the machine's AWS settings. What is compiled once is compiled for all. */
const environment = () => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"))),
  AWS_EC2_METADATA_DISABLED: "true",
  NODE_COMPILE_CACHE: join(tmpdir(), "fleetcap-chaos-compiled")
})

const decode = Schema.decodeUnknownSync(Message.FromReplica)
const encode = Schema.encodeSync(Schema.fromJsonString(Message.Orders))

const isA = <T extends Message.FromReplica["_tag"]>(
  tag: T,
  message: Message.FromReplica
): message is Extract<Message.FromReplica, { readonly _tag: T }> => message._tag === tag

/** Starts a replica. It is ended with the scope. */
export const start = Effect.fnUntraced(function*(orders: Message.Orders) {
  const heard = yield* Queue.unbounded<Message.FromReplica>()
  const ready = yield* Deferred.make<void>()
  const ended = yield* Deferred.make<void>()
  const child = fork(script, [encode(orders)], {
    execArgv: [],
    env: environment(),
    stdio: ["ignore", "ignore", "inherit", "ipc"]
  })
  child.on("message", (received) => {
    const message = decode(received)
    if (message._tag === "Ready") Deferred.doneUnsafe(ready, Effect.void)
    else Queue.offerUnsafe(heard, message)
  })
  child.once("exit", () => Deferred.doneUnsafe(ended, Effect.void))
  // What is told to one that has just ended is lost, as it would be anyway.
  child.on("error", () => {})

  const signal = (name: NodeJS.Signals) => Effect.sync(() => child.kill(name))
  const end = (name: NodeJS.Signals) => Effect.andThen(signal(name), Deferred.await(ended))

  const next = <T extends Message.FromReplica["_tag"]>(
    tag: T
  ): Effect.Effect<Extract<Message.FromReplica, { readonly _tag: T }>> =>
    Effect.flatMap(Queue.take(heard), (message) => isA(tag, message) ? Effect.succeed(message) : next(tag))

  const tell = (message: Message.ToReplica) => Effect.sync(() => child.connected && child.send(message, () => {}))

  const replica: ReplicaProcess = {
    ready: Deferred.await(ready),
    tell,
    next,
    stop: Effect.asVoid(signal("SIGSTOP")),
    resume: Effect.asVoid(signal("SIGCONT")),
    kill: end("SIGKILL"),
    leave: end("SIGTERM"),
    rest: Effect.raceFirst(
      Effect.asVoid(Effect.andThen(tell({ _tag: "Rest" }), next("Resting"))),
      Deferred.await(ended)
    ),
    ended: Deferred.await(ended)
  }
  yield* Effect.addFinalizer(() => replica.kill)
  return replica
})
