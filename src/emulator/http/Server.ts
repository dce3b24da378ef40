/**
 * An emulated ECS over HTTP: it speaks AWS JSON 1.1, so that the AWS SDKs and the
 * AWS CLI take it for ECS.
 *
 * Region and account are those of the request's signature, which is not checked.
 * Time is that of the program's clock. Faults happen on the wire: a connection
 * that is to be reset is, and a body that is to be cut is.
 *
 * Truth and control are beside it, see `ControlHttp`. Web pages are not answered,
 * see `wire/Access`.
 *
 * This folder serves the emulator over HTTP: the protocol, the access, and the paths for
 * truth and control. It is the only one of the emulator that needs Node, and may import
 * `emulator`.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingMessage, type Server as NodeServer, type ServerResponse } from "node:http"
import { Emulator } from "../Emulator.ts"
import * as ClusterTable from "../model/ClusterTable.ts"
import * as Reply from "../model/Reply.ts"
import * as Access from "./Access.ts"
import * as Connection from "./Connection.ts"
import * as ControlHttp from "./ControlRoutes.ts"
import * as Request from "./RequestParser.ts"

/**
 * The address to listen on.
 *
 * @category options
 */
export interface Options {
  /** The default is 0: any port that is free. */
  readonly port?: number | undefined
  /** The default is `127.0.0.1`: no other machine on the network can reach it. */
  readonly host?: string | undefined
}

/**
 * The address of an emulator.
 *
 * @category models
 */
export interface Address {
  /** The URL that a client is given as the endpoint of ECS. */
  readonly url: string
  readonly host: string
  readonly port: number
  /** Whether only programs of this machine can reach it. */
  readonly isLocal: boolean
}

/**
 * An emulator that listens.
 *
 * @category services
 */
export class Server extends Context.Service<Server, Address>()("fleetcap/emulator/Http/Server") {}

/**
 * The port or the host cannot be listened on.
 *
 * @category errors
 */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  host: Schema.String,
  port: Schema.Int,
  detail: Schema.String
}) {
  override get message(): string {
    return `Cannot listen on ${this.host}:${this.port}: ${this.detail}${adviceOn(this.detail)}`
  }
}

const adviceOn = (detail: string): string => {
  const [, advice = ""] = advices.find(([code]) => detail.includes(code)) ?? []
  return advice
}

const notOurs = ". Choose an address of this machine as the host, such as 127.0.0.1"

const advices: ReadonlyArray<readonly [code: string, advice: string]> = [
  [
    "EADDRINUSE",
    ". Stop the program that listens there, or choose another port (--port N of the command; 0 is any that is free)"
  ],
  ["EACCES", ". Choose a port above 1023 (--port N of the command; 0 is any that is free)"],
  ["EADDRNOTAVAIL", notOurs],
  ["ENOTFOUND", notOurs]
]

const tooLarge = Reply.error("RequestEntityTooLargeException", "Request body is too large.", 413)
const internalFailure = Reply.error("InternalFailure", "The emulator failed.", 500)

const respond = Effect.fnUntraced(
  function*(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    listensOn: string
  ): Effect.fn.Return<void, never, Emulator> {
    const body = yield* Connection.readBody(request)
    const isControl = request.url?.startsWith(ControlHttp.prefix) === true
    const refusal = Access.refusal(request, listensOn)
    if (refusal !== undefined) {
      const { code, message, status } = refusal
      return isControl
        ? Connection.sendJson(response, status, { error: message })
        : Connection.send(response, Reply.error(code, message, status), requestId)
    }
    if (body === undefined) return Connection.send(response, tooLarge, requestId)
    if (request.url !== undefined && isControl && URL.canParse(request.url, "http://localhost")) {
      const url = new URL(request.url, "http://localhost")
      const { body: answer, status } = yield* ControlHttp.answer(request.method, url, body)
      return Connection.sendJson(response, status, answer)
    }
    const call = Request.parse(request, body)
    if (ClusterTable.isReply(call)) return Connection.send(response, call, requestId)
    const emulator = yield* Emulator
    Connection.conclude(response, yield* emulator.call(call), requestId)
  }
)

const inUrl = (host: string): string => host.includes(":") ? `[${host}]` : host

const listen = (server: NodeServer, host: string, port: number): Effect.Effect<Address, ListenError> =>
  Effect.callback((resume) => {
    const onError = (error: Error) => {
      resume(Effect.fail(new ListenError({ host, port, detail: error.message })))
    }
    server.once("error", onError)
    server.listen({ host, port }, () => {
      server.off("error", onError)
      const address = server.address()
      const bound = typeof address === "object" && address !== null ? address : { address: host, port }
      const url = `http://${inUrl(host)}:${bound.port}`
      resume(Effect.succeed({ url, host, port: bound.port, isLocal: Access.isLoopback(inUrl(bound.address)) }))
    })
  })

const close = (server: NodeServer): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

/**
 * Serves the emulator over HTTP, as long as the scope is open.
 *
 * **Gotchas**
 *
 * Closing the scope breaks the connections that are open: nothing is waited for.
 *
 * @category constructors
 */
export const serve = Effect.fnUntraced(
  function*(options: Options = {}): Effect.fn.Return<Address, ListenError, Emulator | Scope.Scope> {
    const run = yield* FiberSet.makeRuntime<Emulator>()
    const { host = "127.0.0.1", port = 0 } = options
    let requests = 0

    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      const requestId = `00000000-0000-4000-8000-${(++requests).toString(16).padStart(12, "0")}`
      const fiber = run(
        Effect.catchCause(
          respond(request, response, requestId, host),
          (cause) =>
            Cause.hasInterruptsOnly(cause) ? Effect.void : Effect.andThen(
              Effect.logError("The emulator failed", cause),
              Effect.sync(() => {
                if (response.headersSent) {
                  response.destroy()
                } else Connection.send(response, internalFailure, requestId)
              })
            )
        )
      )
      // Without a listener, a connection that is lost while the body is read would be thrown.
      request.on("error", () => {})
      response.on("close", () => fiber.interruptUnsafe())
    }

    const server = yield* Effect.acquireRelease(
      Effect.sync(() =>
        createServer({
          // Longer than clients keep a connection that they do not use: they should be the first to close it.
          keepAliveTimeout: 600_000,
          requestTimeout: 60_000
        }, onRequest)
      ),
      close
    )
    return yield* listen(server, host, port)
  }
)

/**
 * Provides an emulator that listens.
 *
 * @example
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { Emulator, Http } from "fleetcap/emulator"
 * import assert from "node:assert/strict"
 *
 * const server = Http.layer({ port: 0 }).pipe(Layer.provide(Emulator.layer()))
 * const status = Effect.gen(function*() {
 *   const { url } = yield* Http.Server
 *   return yield* Effect.promise(async () => (await fetch(`${url}/_fleetcap/truth`)).status)
 * })
 *
 * assert.equal(await Effect.runPromise(Effect.provide(status, server)), 200)
 * ```
 *
 * @category layers
 */
export const layer = (options?: Options): Layer.Layer<Server, ListenError, Emulator> =>
  Layer.effect(Server, serve(options))
