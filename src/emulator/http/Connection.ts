/**
 * Node's side of an exchange: reads the body of a request, and answers it, or
 * breaks the connection as a fault wants it.
 */
import * as Effect from "effect/Effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Outcome } from "../Engine.ts"
import type { Reply } from "../model/Reply.ts"
import { bodyLimit } from "./RequestParser.ts"

/**
 * Reads a body as text. One that is too large gives `undefined`, and is not kept.
 *
 * **Gotchas**
 *
 * A body that does not come to its end is waited for until it is interrupted.
 *
 * @category operations
 */
export const readBody = (request: IncomingMessage): Effect.Effect<string | undefined> =>
  Effect.callback((resume) => {
    let size = 0
    let chunks: Array<Uint8Array> = []
    const onData = (chunk: Uint8Array) => {
      size += chunk.length
      if (size <= bodyLimit) chunks.push(chunk)
      else chunks = []
    }
    const onEnd = () => resume(Effect.succeed(size <= bodyLimit ? Buffer.concat(chunks).toString("utf8") : undefined))
    request.on("data", onData)
    request.on("end", onEnd)
    return Effect.sync(() => {
      request.off("data", onData)
      request.off("end", onEnd)
    })
  })

const bytesOf = (reply: Reply): Buffer =>
  Buffer.from(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body))

const sendHead = (
  response: ServerResponse,
  status: number,
  headers: { readonly [name: string]: string | number }
): void => {
  // With a simulated clock, the date would make clients correct theirs.
  response.sendDate = false
  response.writeHead(status, headers)
}

const headersOf = (reply: Reply, length: number, requestId: string) => ({
  "Content-Type": typeof reply.body === "string" ? "text/html" : "application/x-amz-json-1.1",
  "Content-Length": length,
  "x-amzn-RequestId": requestId
})

/**
 * Answers a request as ECS does.
 *
 * @category operations
 */
export const send = (response: ServerResponse, reply: Reply, requestId: string): void => {
  const bytes = bytesOf(reply)
  sendHead(response, reply.status, headersOf(reply, bytes.length, requestId))
  response.end(bytes)
}

/**
 * Answers a request with JSON.
 *
 * @category operations
 */
export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  sendHead(response, status, { "Content-Type": "application/json" })
  response.end(JSON.stringify(body))
}

/**
 * Ends an exchange: with its answer, a part of it, or none at all.
 *
 * @category operations
 */
export const conclude = (response: ServerResponse, outcome: Outcome, requestId: string): void => {
  const { socket } = response
  if (outcome._tag === "Replied") return send(response, outcome.reply, requestId)
  if (outcome._tag === "Reset") {
    socket?.resetAndDestroy()
    return
  }
  const bytes = bytesOf(outcome.reply)
  sendHead(response, outcome.reply.status, headersOf(outcome.reply, bytes.length, requestId))
  // The connection ends when this part has left, so that the client sees the head and then the end.
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => {
    socket?.destroy()
  })
}
