/**
 * A proxy that opens tunnels, and notes where to.
 */
import { Effect } from "effect"
import * as Http from "node:http"
import * as Net from "node:net"

export const serveProxy = Effect.gen(function*() {
  const asked: Array<string> = []
  const sockets = new Set<Net.Socket>()
  const server = yield* Effect.acquireRelease(
    Effect.callback<Http.Server>((resume) => {
      const server = Http.createServer().on("connection", (socket) => sockets.add(socket))
      server.on("connect", ({ url = "" }, client) => {
        asked.push(url)
        const { hostname, port } = new URL(`http://${url}`)
        const target = Net.connect(Number(port), hostname, () => {
          client.write("HTTP/1.1 200 Connection Established\r\n\r\n")
          client.pipe(target)
          target.pipe(client)
        })
        sockets.add(target)
        for (const socket of [client, target]) socket.on("error", () => socket.destroy())
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
  )
  const address = server.address()
  return { url: `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`, asked }
})
