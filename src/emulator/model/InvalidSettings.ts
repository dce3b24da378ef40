/**
 * The refusal of settings and faults in process: the same that HTTP gives, with the same words.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SettingsSchema from "./SettingsSchema.ts"

/**
 * The settings or faults are not what an emulator takes.
 *
 * @category errors
 */
export class InvalidSettings extends Schema.TaggedError<InvalidSettings>()("InvalidSettings", {
  detail: Schema.String
}) {
  override get message(): string {
    return `The emulator does not take these settings: ${this.detail}`
  }
}

const strict = { onExcessProperty: "error" } as const
const decodeSettings = Schema.decodeUnknownResult(SettingsSchema.Settings, strict)
const decodeScript = Schema.decodeUnknownResult(SettingsSchema.Script, strict)

const orThrow = <A>(decoded: Result.Result<A, Schema.SchemaError>): void => {
  if (Result.isFailure(decoded)) throw new InvalidSettings({ detail: decoded.failure.message })
}

/**
 * Throws unless the settings are what an emulator takes: not every caller is checked by a
 * compiler.
 *
 * @category operations
 */
export const checkSettings = (settings: unknown): void => orThrow(decodeSettings(settings))

/**
 * Throws unless the faults are what an emulator takes.
 *
 * @category operations
 */
export const checkScript = (script: unknown): void => orThrow(decodeScript(script))
