/**
 * A server on the loopback interface that answers every request as it is told,
 * and remembers what it was sent.
 */
import { Deferred, Effect, type Scope } from "effect"
import * as Http from "node:http"
import type * as Net from "node:net"

export interface Seen {
  readonly operation: string
  readonly body: string
  readonly headers: Http.IncomingHttpHeaders
}

export interface Exchange {
  readonly seen: Seen
  readonly response: Http.ServerResponse
  readonly socket: Net.Socket
}

export type Answer = (exchange: Exchange) => void

export interface FaultServer {
  readonly url: string
  readonly seen: Array<Seen>
  /** Done once the first request has arrived. */
  readonly arrived: Deferred.Deferred<void>
  /** Done once a connection has closed. */
  readonly closed: Deferred.Deferred<void>
}

export const json =
  (status: number, body: unknown, headers: Http.OutgoingHttpHeaders = {}): Answer => ({ response }) => {
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1", ...headers })
    response.end(typeof body === "string" ? body : JSON.stringify(body))
  }

export const failure = (status: number, name: string, message: string, more: object = {}): Answer =>
  json(status, { __type: name, message, ...more })

export const page = (status: number): Answer => ({ response }) => {
  response.writeHead(status, { "content-type": "text/html" })
  response.end("<html><head><title>Sorry</title></head></html>")
}

export const silence: Answer = () => {}

export const reset: Answer = ({ socket }) => socket.resetAndDestroy()

/** The head and half a body, and then nothing more. */
export const stall: Answer = ({ response }) => {
  response.writeHead(200, { "content-length": 1000 })
  response.write("{\"tasks\":[")
}

export const cut: Answer = (exchange) => {
  stall(exchange)
  setTimeout(() => exchange.socket.destroy(), 20)
}

/** A body without an end, as fast as it is taken. It says how many bytes were written. */
export const endless =
  (status: number, written: (bytes: number) => void = () => {}): Answer => ({ response, socket }) => {
    const chunk = Buffer.alloc(1024 * 1024, " ")
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" })
    const write = () => {
      do {
        if (socket.destroyed) return
        written(chunk.length)
      } while (response.write(chunk))
      response.once("drain", write)
    }
    write()
  }

/** Listens on a port of the loopback interface, as long as the scope is open. */
export const listen = (server: Http.Server): Effect.Effect<number, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.sync(() => {
          server.close()
          server.closeAllConnections()
        })
    ),
    () => {
      const address = server.address()
      return address !== null && typeof address === "object" ? address.port : 0
    }
  )

/** Gives the answers in turn, and the last one for ever. */
export const serve = Effect.fnUntraced(function*(...answers: ReadonlyArray<Answer>) {
  const seen: Array<Seen> = []
  const arrived = yield* Deferred.make<void>()
  const closed = yield* Deferred.make<void>()
  const server = Http.createServer((request, response) => {
    let body = ""
    request.setEncoding("utf8")
    request.on("data", (chunk: string) => (body += chunk))
    request.on("error", () => {})
    request.on("end", () => {
      const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? ""
      const exchange = { seen: { operation, body, headers: request.headers }, response, socket: request.socket }
      const answer = answers[Math.min(seen.length, answers.length - 1)] ?? silence
      seen.push(exchange.seen)
      Deferred.doneUnsafe(arrived, Effect.void)
      answer(exchange)
    })
  })
  server.on("connection", (socket) => {
    socket.on("error", () => {})
    socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
  })
  const port = yield* listen(server)
  return { url: `http://127.0.0.1:${port}`, seen, arrived, closed } satisfies FaultServer
})
