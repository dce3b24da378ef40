/**
 * Reads requests as AWS clients send them: AWS JSON 1.1, whatever the signature.
 */
import * as Option from "effect/Option"
import type { IncomingHttpHeaders } from "node:http"
import type { Call } from "../Engine.ts"
import * as Reply from "../model/Reply.ts"

/**
 * The largest body that is taken, in bytes. Nothing that ECS takes comes near.
 *
 * @category configuration
 */
export const bodyLimit = 1_048_576

/** Deeper than anything that ECS takes, and shallower than what runs out of stack. */
const depthLimit = 100

const targetPattern = /^AmazonEC2ContainerServiceV20141113\.([A-Za-z]{1,64})$/
const scopePattern = /Credential=([^/,\s]{1,128})\/[0-9]{8}\/([a-z0-9-]{1,64})\/ecs\/aws4_request/

const headerOf = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name]
  return typeof value === "string" ? value : ""
}

/** The deepest nesting, found without following it. */
const depthOf = (text: string): number => {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    const char = text[index]
    if (quoted) {
      if (char === "\\") index++
      else if (char === "\"") quoted = false
    } else if (char === "\"") quoted = true
    else if (char === "{" || char === "[") deepest = Math.max(deepest, ++depth)
    else if (char === "}" || char === "]") depth--
  }
  return deepest
}

const parseJson = Option.liftThrowable((text: string): unknown => JSON.parse(text))

const inputOf = (body: string): object | undefined => {
  // Some clients send nothing where there is nothing to say.
  if (body.trim() === "") return {}
  if (depthOf(body) > depthLimit) return undefined
  const input = Option.getOrUndefined(parseJson(body))
  return typeof input === "object" && input !== null && !Array.isArray(input) ? input : undefined
}

/** As other emulators do, an access key of twelve digits is taken for the account. */
const accountOf = (accessKeyId: string | undefined): string | undefined =>
  accessKeyId !== undefined && /^[0-9]{12}$/.test(accessKeyId) ? accessKeyId : undefined

/**
 * Reads the call that a request makes, or gives the error to answer with.
 *
 * @category constructors
 */
export const parse = (
  request: { readonly method?: string | undefined; readonly headers: IncomingHttpHeaders },
  body: string
): Call | Reply.Reply => {
  const { headers, method } = request
  const [, operation] = targetPattern.exec(headerOf(headers, "x-amz-target")) ?? []
  if (method !== "POST") return { ...Reply.unknownOperation, status: 404 }
  if (operation === undefined) return Reply.unknownOperation
  const input = inputOf(body)
  if (input === undefined) return Reply.malformed
  const [, accessKeyId, region] = scopePattern.exec(headerOf(headers, "authorization")) ?? []
  return { operation, input, region, account: accountOf(accessKeyId) }
}
