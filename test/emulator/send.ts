import { Data, Effect } from "effect"
import { request } from "node:http"

/** What a raw exchange ended with. */
export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
}

/** The connection was lost, with or without a head before. */
export class Lost extends Data.TaggedError("Lost")<{ readonly code: string; readonly status: number | undefined }> {}

/** Sends bytes as they are over HTTP, and reads what comes back. */
export const send = (
  url: string,
  options: {
    readonly method?: string | undefined
    readonly headers?: Readonly<Record<string, string>> | undefined
    readonly body?: string | Uint8Array | undefined
  }
): Effect.Effect<Received, Lost> =>
  Effect.callback((resume) => {
    let status: number | undefined
    const fail = (error: NodeJS.ErrnoException) =>
      resume(Effect.fail(new Lost({ code: error.code ?? error.message, status })))
    const outgoing = request(
      url,
      { method: options.method ?? "POST", headers: options.headers ?? {}, agent: false },
      (incoming) => {
        status = incoming.statusCode
        const chunks: Array<Uint8Array> = []
        incoming.on("data", (chunk: Uint8Array) => chunks.push(chunk))
        incoming.on("error", fail)
        incoming.on("end", () =>
          resume(Effect.succeed({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString("utf8")
          })))
      }
    )
    outgoing.on("error", fail)
    outgoing.end(options.body)
    return Effect.sync(() => outgoing.destroy())
  })

/** Makes an ECS call as an AWS client does. */
export const call = (url: string, operation: string, input: unknown, headers: Readonly<Record<string, string>> = {}) =>
  send(url, {
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `AmazonEC2ContainerServiceV20141113.${operation}`,
      ...headers
    },
    body: typeof input === "string" ? input : JSON.stringify(input)
  })
