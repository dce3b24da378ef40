/**
 * A fleet's description, read from environment variables or any other
 * `ConfigProvider`.
 */
import * as Config from "effect/Config"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Input } from "./FleetInput.ts"
import type { Problem } from "./Problems.ts"
import * as Settings from "./Settings.ts"

/**
 * Turns the text of a variable into what a user would have written. What it cannot
 * read it hands on as it is: then the fleet's own rules say what is wrong.
 */
type Read = (text: string) => unknown

const asText: Read = (text) => text
const asNumber: Read = (text) => /^\d+$/.test(text) ? Number(text) : text
const asFlag: Read = (text) => ({ true: true, false: false })[text.toLowerCase()] ?? text
const asList: Read = (text) => text.split(",").map((item) => item.trim())
const asJson: Read = (text) => Result.getOrElse(fromJson(text), () => text)

const fromJson = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Unknown))

const fields: Readonly<Record<Exclude<keyof Input, "settings">, Read>> = {
  id: asText,
  cluster: asText,
  taskDefinition: asText,
  cap: asNumber,
  subnets: asList,
  securityGroups: asList,
  assignPublicIp: asText,
  container: asText,
  environment: asJson,
  launchType: asText,
  capacityProviderStrategy: asJson,
  platformVersion: asText,
  group: asText,
  tags: asJson,
  propagateTags: asText,
  enableECSManagedTags: asFlag,
  enableExecuteCommand: asFlag,
  overrides: asJson,
  exclusiveKeys: asFlag
}

/**
 * Returns the name of the variable that holds a field: `FLEETCAP_` and the field's
 * name in capitals, `FLEETCAP_TASK_DEFINITION` for `taskDefinition`. What follows
 * the name, as in `tags.team`, is kept.
 *
 * @category getters
 */
export const variable = (field: string): string =>
  field.replace(
    /^(?:settings\.)?(\w+)/,
    (_, name: string) =>
      `FLEETCAP_${name.replace(/([a-z])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2").toUpperCase()}`
  )

/**
 * Names the variable of a problem instead of its field. One of a list may be how that is written.
 *
 * @category conversions
 */
export const inVariable = ({ field, reason }: Problem): Problem => ({
  field: variable(field),
  reason: /^(?:subnets|securityGroups)\[/.test(field) ? `${reason} (in a list separated by commas)` : reason
})

const readVariable = (name: string, read: Read): Config.Config<Option.Option<unknown>> =>
  Config.option(Config.String(variable(name))).pipe(
    Config.map((text) =>
      text.pipe(Option.map((text) => text.trim()), Option.filter((text) => text !== ""), Option.map(read))
    )
  )

/**
 * Reads a description. It is not checked yet; fields without a variable, or with
 * an empty one, are absent.
 *
 * @category constructors
 */
export const description: Config.Config<unknown> = Config.map(
  Config.all([
    Config.all(Record.map(fields, (read, name) => readVariable(name, read))),
    Config.all(
      Record.map(Settings.defaults, (value, name) => readVariable(name, typeof value === "number" ? asNumber : asText))
    )
  ]),
  ([fields, settings]) => Record.set(Record.getSomes(fields), "settings", Record.getSomes(settings))
)
