/**
 * A way to a server that can be cut, or go silent: it takes everything, and answers nothing.
 */
import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"

export interface Proxy {
  readonly url: string
  /** From now on nothing that is sent arrives, and neither side is told. */
  readonly silence: () => void
  /** New connections get through. Those that were silenced stay silent. */
  readonly restore: () => void
  readonly close: () => void
}

export const start = async (target: string): Promise<Proxy> => {
  const { hostname, pathname, port, username } = new URL(target)
  const sockets = new Set<Socket>()
  let silent = false
  const server = createServer((client) => {
    sockets.add(client)
    client.on("error", () => client.destroy())
    if (silent) return void client.resume()
    const upstream = connect(Number(port), hostname)
    sockets.add(upstream)
    upstream.on("error", () => upstream.destroy())
    const forward = (from: Socket, to: Socket): void => {
      from.on("data", (data) => {
        if (!silenced.has(client)) to.write(data)
      })
      from.on("close", () => to.destroy())
    }
    forward(client, upstream)
    forward(upstream, client)
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const silenced = new Set<Socket>()
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("no port")
  return {
    url: `postgres://${username}@127.0.0.1:${address.port}${pathname}`,
    silence: () => {
      silent = true
      for (const socket of sockets) silenced.add(socket)
    },
    restore: () => {
      silent = false
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  }
}
