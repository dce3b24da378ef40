/**
 * The version of fleetcap.
 */
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"

const Package = Schema.fromJsonString(Schema.Struct({ version: Schema.String }))

/**
 * The version of the package that the command belongs to.
 *
 * @category constants
 */
export const { version } = Schema.decodeSync(Package)(
  // As far from the sources as from what is built from them.
  readFileSync(new URL("../../package.json", import.meta.url), "utf8")
)
