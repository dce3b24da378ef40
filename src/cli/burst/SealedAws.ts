/**
 * Keeps the AWS settings of the machine out of a run that is none of AWS's business.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { devNull } from "node:os"

/**
 * Hides the AWS settings of the environment and of `~/.aws` from the SDK, until the
 * scope closes.
 *
 * **Details**
 *
 * Giving a client its endpoint, region and credentials is not enough: a profile
 * that does not exist, or a wish for FIPS endpoints, would still reach it.
 *
 * @category running
 */
export const seal: Effect.Effect<void, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => {
    const { env } = process
    const hidden = Object.entries(env).filter(([name]) => name.startsWith("AWS_"))
    for (const [name] of hidden) delete env[name]
    Object.assign(env, sealed)
    return hidden
  }),
  (hidden) =>
    Effect.sync(() => {
      for (const name of Object.keys(sealed)) delete process.env[name]
      Object.assign(process.env, Object.fromEntries(hidden))
    })
)

const sealed = {
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: "true"
}
