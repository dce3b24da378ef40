/**
 * Mistakes: what AWS would refuse, and the emulator refuses only where it is strict.
 */
import * as Reply from "./Reply.ts"

/**
 * A mistake in the parameters of a call.
 *
 * @category models
 */
export interface Mistake {
  /** One name for all mistakes that are alike: each kind is noted once. */
  readonly kind: string
  /** The error of AWS, and its words. */
  readonly code: "ClientException" | "InvalidParameterException"
  readonly message: string
}

/**
 * The first mistake of its kind, and the operation that was called with it.
 *
 * @category models
 */
export interface NotedMistake extends Mistake {
  readonly operation: string
}

/**
 * Creates mistakes of one operation, which have the same error.
 *
 * @category constructors
 */
export const maker = (code: Mistake["code"]) => (kind: string, message: string): Mistake => ({ kind, code, message })

/**
 * Returns the error of the first mistake where the world is strict. Where it is not, it
 * notes the first mistake of each kind.
 *
 * @category operations
 */
export const refusal = (
  world: { readonly resolved: { readonly strict: boolean }; readonly mistakes: Map<string, NotedMistake> },
  operation: string,
  mistakes: ReadonlyArray<Mistake>
): Reply.Reply | undefined => {
  const [first] = mistakes
  if (first === undefined) return undefined
  if (world.resolved.strict) return Reply.error(first.code, first.message)
  for (const mistake of mistakes) {
    if (!world.mistakes.has(mistake.kind)) world.mistakes.set(mistake.kind, { ...mistake, operation })
  }
  return undefined
}

/**
 * Writes the warning of a mistake that was not refused.
 *
 * @category formatting
 */
export const warning = ({ code, kind, message, operation }: NotedMistake): string =>
  `AWS would refuse this ${operation}: ${code}: ${message} (${kind}: told once; a strict emulator refuses it too)`
