/**
 * Access to an emulator over HTTP: for any program that reaches it, and no web page.
 *
 * A browser sends requests to this machine for every page that it has open. For a
 * page of another origin it does so without asking the server where the content
 * type is one that forms have, and it says the page's `Origin`. A page whose own
 * name is pointed at this machine after it was loaded (DNS rebinding) is of the
 * same origin to the browser, but the name is still in `Host`.
 */
import type { IncomingHttpHeaders } from "node:http"

/**
 * A request that is not answered, and the reason.
 *
 * @category models
 */
export interface Refusal {
  readonly status: 403 | 415
  /** The name of the error, as AWS clients are told it. */
  readonly code: string
  readonly message: string
}

const authority = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i

/** A host in one spelling: an address has many, and a name may end with a dot. */
const hostnameOf = (text: string): string | undefined =>
  authority.test(text) && URL.canParse(`http://${text}`)
    ? new URL(`http://${text}`).hostname.replace(/\.$/, "")
    : undefined

/**
 * Returns whether a host, as the URL of a request names it, is this machine and no other.
 *
 * @category guards
 */
export const isLoopback = (hostname: string): boolean => /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)

const isAddress = (hostname: string): boolean => hostname.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(hostname)

const isAnswered = (hostname: string, listensOn: string): boolean => {
  const own = hostnameOf(listensOn.includes(":") ? `[${listensOn.replace(/%.*/, "")}]` : listensOn)
  const listensOnAll = own === "0.0.0.0" || own === "[::]"
  return isLoopback(hostname) || hostname === own || (listensOnAll && isAddress(hostname))
}

/** A browser asks before it sends these for a page of another origin, and is never told that it may. */
const isJson = (contentType: string | undefined): boolean =>
  /^application\/(?:json|x-amz-json-1\.[01])\s*(?:;|$)/i.test(contentType ?? "")

/**
 * Returns why a request is not to be answered, if it is not.
 *
 * @category operations
 */
export const refusal = (
  request: { readonly method?: string | undefined; readonly headers: IncomingHttpHeaders },
  listensOn: string
): Refusal | undefined => {
  const { headers, method } = request
  const host = headers.host ?? ""
  const hostname = hostnameOf(host)
  if (hostname === undefined || !isAnswered(hostname, listensOn)) {
    return denied(
      `The emulator does not answer to the host ${JSON.stringify(host)}. Use localhost or the address that it ` +
        "listens on, or start it with the name that clients use (fleetcap emulate --host NAME)."
    )
  }
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) {
    return denied(`The emulator does not answer web pages of another origin (${JSON.stringify(headers.origin)}).`)
  }
  if (method === "POST" && !isJson(headers["content-type"])) {
    return {
      status: 415,
      code: "UnsupportedMediaTypeException",
      message: "The content type of a POST has to be application/json or application/x-amz-json-1.1: a browser " +
        "sends any other for a web page of another origin without asking the emulator first."
    }
  }
  return undefined
}

const denied = (message: string): Refusal => ({ status: 403, code: "AccessDeniedException", message })
