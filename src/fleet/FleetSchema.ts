/**
 * The rules for a fleet's description: those of ECS, so that a mistake is found
 * when a program starts and not by its first burst, and those of fleetcap.
 */
import * as Schema from "effect/Schema"
import * as EcsName from "../ecs/EcsName.ts"
import { expecting } from "./Problems.ts"
import * as ResourceName from "./ResourceName.ts"
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

/** Ids, each once. */
const ids = (kind: string, example: string, isId: (text: string) => boolean, wording: string, maximum: number) =>
  Schema.Array(text(`the id of a ${kind} such as "${example}"`, isId)).check(Schema.makeFilter((ids) => {
    if (ids.length > maximum) return `expected ${wording}, got ${ids.length}`
    return ids.flatMap((id, index) =>
      ids.indexOf(id) === index ? [] : [{ path: [index], issue: `expected each ${kind} once, got ${id} again` }]
    )
  }))

const role = text("the name or ARN of a role", ResourceName.isRole)

const whole = (minimum: number, maximum: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum })).pipe(
    expecting(`a whole number from ${minimum} to ${maximum}`)
  )

const positive = Schema.Int.check(Schema.isGreaterThan(0)).pipe(expecting("a whole number above 0"))

const CapacityProvider = Schema.Struct({
  capacityProvider: text("the name of a capacity provider", ResourceName.isCapacityProvider),
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
  const onFargate = providers.filter(({ capacityProvider }) => ResourceName.isFargate(capacityProvider)).length
  if (onFargate > 0 && onFargate < providers.length) {
    issues.push("expected capacity providers of Fargate only, or none of them")
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

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html
const tagPattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

const reasonAgainstTag = (key: string, value: string): string | undefined => {
  if (key.length < 1 || key.length > 128) return `expected a key of 1 to 128 characters, got ${key.length}`
  if (value.length > 256) return `expected a value of up to 256 characters, got ${value.length}`
  for (const [part, text] of [["key", key], ["value", value]] as const) {
    if (/^aws:/i.test(text)) return `expected a ${part} that does not begin with aws:`
    if (!tagPattern.test(text)) {
      return `expected a ${part} of letters, digits, blanks and _.:/=+-@, got ${JSON.stringify(text)}`
    }
  }
  return undefined
}

const Overrides = Schema.Struct({
  cpu: Schema.optional(matching("CPU units or vCPU such as \"1 vCPU\"", /^(?:[1-9]\d*|\d*\.?\d+ ?vCPU)$/i)),
  memory: Schema.optional(matching("MiB or GB such as \"2 GB\"", /^(?:[1-9]\d*|\d*\.?\d+ ?GB)$/i)),
  taskRoleArn: Schema.optional(role),
  executionRoleArn: Schema.optional(role),
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
  subnets: Schema.optional(ids("subnet", "subnet-0a1b2c3d", ResourceName.isSubnetId, "1 to 16 subnets", 16)),
  securityGroups: Schema.optional(
    ids("security group", "sg-0a1b2c3d", ResourceName.isSecurityGroupId, "up to 5 security groups", 5)
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
