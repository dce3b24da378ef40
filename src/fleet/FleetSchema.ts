/**
 * The rules for a fleet's description: those of ECS, so that a mistake is found
 * when a program starts and not by its first burst, and those of fleetcap.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as EcsName from "../ecs/EcsName.ts"
import { expecting } from "./Problems.ts"
import * as Settings from "./Settings.ts"
import * as WorkerEnvironment from "./WorkerEnvironment.ts"

const text = (wording: string, isFit: (text: string) => boolean) =>
  Schema.String.check(
    Schema.makeFilter((text) => isFit(text) ? undefined : `expected ${wording}, got ${JSON.stringify(text)}`)
  )

const matching = (wording: string, pattern: RegExp) => text(wording, (text) => pattern.test(text))

const plain = (wording: string, maxLength: number) =>
  text(
    `${wording} of 1 to ${maxLength} characters, none a control character`,
    (text) => text.length >= 1 && text.length <= maxLength && !/[\p{Control}\p{Surrogate}]/u.test(text)
  )

const word = (wording: string) => matching(wording, /^\S+$/)

const whole = (minimum: number, maximum: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum })).pipe(
    expecting(`a whole number from ${minimum} to ${maximum}`)
  )

const positive = Schema.Int.check(Schema.isGreaterThan(0)).pipe(expecting("a whole number above 0"))

const CapacityProvider = Schema.Struct({
  capacityProvider: word("the name of a capacity provider"),
  weight: Schema.optional(whole(0, 1000)),
  base: Schema.optional(whole(0, 100_000))
})

const Strategy = Schema.Array(CapacityProvider).check(Schema.makeFilter((providers) => {
  if (providers.length < 1 || providers.length > 20) {
    return `expected 1 to 20 capacity providers, got ${providers.length}`
  }
  const issues: Array<string> = []
  if (providers.filter(({ base }) => base !== undefined && base > 0).length > 1) {
    issues.push("expected a base for one capacity provider only")
  }
  if (providers.length > 1 && providers.every(({ weight }) => weight === undefined || weight === 0)) {
    issues.push("expected a weight above 0 for one capacity provider at least")
  }
  return issues
}))

const Environment = Schema.Record(
  Schema.String,
  // Nothing of an environment is repeated: there may be secrets in it, though there should not.
  Schema.String.annotate({ message: "expected a string" })
).check(
  Schema.makeFilter((environment) =>
    Object.keys(environment).flatMap((name) => {
      const reason = WorkerEnvironment.reasonAgainst(name)
      return reason === undefined ? [] : [{ path: [name], issue: reason }]
    })
  )
)

const Tags = Schema.Record(Schema.String, Schema.String).check(Schema.makeFilter((tags) => {
  const entries = Object.entries(tags)
  const issues: Array<Schema.FilterIssue> = entries.flatMap(([key, value]) => {
    const reason = reasonAgainstTag(key, value)
    return reason === undefined ? [] : [{ path: [key], issue: reason }]
  })
  if (entries.length > 50) issues.push(`expected up to 50 tags, got ${entries.length}`)
  return issues
}))

const reasonAgainstTag = (key: string, value: string): string | undefined => {
  if (key.length < 1 || key.length > 128) return `expected a key of 1 to 128 characters, got ${key.length}`
  if (value.length > 256) return `expected a value of up to 256 characters, got ${value.length}`
  return /^aws:/i.test(key) ? "expected a key that does not begin with aws:" : undefined
}

const Overrides = Schema.Struct({
  cpu: Schema.optional(matching("CPU units or vCPU such as \"1 vCPU\"", /^(?:[1-9]\d*|\d*\.?\d+ ?vCPU)$/i)),
  memory: Schema.optional(matching("MiB or GB such as \"2 GB\"", /^(?:[1-9]\d*|\d*\.?\d+ ?GB)$/i)),
  taskRoleArn: Schema.optional(word("the name or ARN of a role")),
  executionRoleArn: Schema.optional(word("the name or ARN of a role")),
  ephemeralStorageGiB: Schema.optional(whole(20, 200)),
  command: Schema.optional(
    Schema.Array(Schema.String).check(Schema.isMinLength(1)).pipe(expecting("a list of one string or more"))
  ),
  containerCpu: Schema.optional(positive),
  containerMemory: Schema.optional(positive),
  containerMemoryReservation: Schema.optional(positive)
})

/**
 * The most tasks that may be live at once: a whole number from 0 up, or `"unlimited"`.
 *
 * @category schemas
 */
export const Cap = Schema.Union([Schema.Natural, Schema.Literal("unlimited")]).pipe(
  expecting("a whole number from 0 up or \"unlimited\"")
)

/**
 * Decodes what a user wrote, field by field.
 *
 * @category schemas
 */
export const FleetSchema = Schema.Struct({
  id: Schema.optional(plain("an id", 512)),
  cluster: text("the name or ARN of a cluster", (text) => EcsName.clusterName(text) !== undefined),
  taskDefinition: text(
    "family, family:revision or the ARN of a task definition",
    (text) => EcsName.family(text) !== undefined
  ),
  cap: Cap,
  subnets: Schema.Array(word("the id of a subnet")).check(
    Schema.makeFilter(({ length }) =>
      length >= 1 && length <= 16 ? undefined : `expected 1 to 16 subnets, got ${length}`
    )
  ),
  securityGroups: Schema.optional(
    Schema.Array(word("the id of a security group")).check(
      Schema.makeFilter(({ length }) => length <= 5 ? undefined : `expected up to 5 security groups, got ${length}`)
    )
  ),
  assignPublicIp: Schema.optional(Schema.Literals(["ENABLED", "DISABLED"])),
  container: Schema.optional(text("the name of a container", EcsName.isContainerName)),
  environment: Schema.optional(Environment).annotate({ message: "expected an object of names and values" }),
  launchType: Schema.optional(Schema.Literals(["FARGATE", "EC2", "EXTERNAL", "MANAGED_INSTANCES", "CLUSTER_DEFAULT"])),
  capacityProviderStrategy: Schema.optional(Strategy),
  platformVersion: Schema.optional(matching("LATEST or a version such as \"1.4.0\"", /^(?:LATEST|\d+\.\d+\.\d+)$/)),
  group: Schema.optional(plain("a group", 255)),
  tags: Schema.optional(Tags),
  propagateTags: Schema.optional(Schema.Literals(["TASK_DEFINITION", "NONE"])),
  enableECSManagedTags: Schema.optional(Schema.Boolean),
  enableExecuteCommand: Schema.optional(Schema.Boolean),
  overrides: Schema.optional(Overrides),
  exclusiveKeys: Schema.optional(Schema.Boolean),
  settings: Schema.optional(Settings.Settings)
})

const part = Schema.optional(Schema.Unknown)

/**
 * Checks which fields go together. It looks at nothing else, so that these
 * problems are also found where a field by itself is wrong.
 *
 * @category schemas
 */
export const FleetFieldsTogether = Schema.Struct({
  launchType: part,
  capacityProviderStrategy: part,
  platformVersion: part,
  container: part,
  environment: part,
  overrides: part
}).check(
  Schema.makeFilter(({ launchType, capacityProviderStrategy, platformVersion, container, environment, overrides }) => {
    const issues: Array<Schema.FilterIssue> = []
    if (launchType !== undefined && capacityProviderStrategy !== undefined) {
      issues.push({ path: ["capacityProviderStrategy"], issue: "expected this or launchType, got both" })
    }
    if (platformVersion !== undefined && Predicate.isString(launchType) && launchType !== "FARGATE") {
      issues.push({ path: ["platformVersion"], issue: `expected with Fargate only, got it with ${launchType}` })
    }
    if (container !== undefined) return issues
    if (Predicate.isObject(environment) && Object.keys(environment).length > 0) {
      issues.push({ path: ["environment"], issue: "needs a container: the fleet names none" })
    }
    for (const name of ["command", "containerCpu", "containerMemory", "containerMemoryReservation"]) {
      if (Predicate.hasProperty(overrides, name) && overrides[name] !== undefined) {
        issues.push({ path: ["overrides", name], issue: "needs a container: the fleet names none" })
      }
    }
    return issues
  })
)

/**
 * A fleet whose description has been checked. The fields are those of
 * {@link Input}; `family` has no revision.
 *
 * @category models
 */
export interface Fleet extends Omit<typeof FleetSchema.Type, "id" | "launchType" | "exclusiveKeys" | "settings"> {
  readonly id: string
  readonly family: string
  /** Without meaning where there is a `capacityProviderStrategy`. */
  readonly launchType: NonNullable<(typeof FleetSchema.Type)["launchType"]>
  readonly exclusiveKeys: boolean
  readonly settings: Settings.Settings
}
