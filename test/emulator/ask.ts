import { Option, Schema } from "effect"
import { World } from "fleetcap/emulator"

const Task = Schema.Struct({
  taskArn: Schema.String,
  lastStatus: Schema.String,
  desiredStatus: Schema.String,
  startedBy: Schema.optional(Schema.String),
  stopCode: Schema.optional(Schema.String),
  version: Schema.optional(Schema.Finite),
  group: Schema.optional(Schema.String),
  createdAt: Schema.optional(Schema.Finite),
  startedAt: Schema.optional(Schema.Finite),
  stoppedAt: Schema.optional(Schema.Finite)
})

const Body = Schema.Struct({
  tasks: Schema.optional(Schema.Array(Task)),
  task: Schema.optional(Task),
  failures: Schema.optional(
    Schema.Array(Schema.Struct({ arn: Schema.optional(Schema.String), reason: Schema.optional(Schema.String) }))
  ),
  taskArns: Schema.optional(Schema.Array(Schema.String)),
  nextToken: Schema.optional(Schema.String),
  __type: Schema.optional(Schema.String),
  message: Schema.optional(Schema.String),
  resourceIds: Schema.optional(Schema.Array(Schema.String))
})

const nothing: typeof Body.Type = {}

const decodeBody = Schema.decodeUnknownOption(Body)

/** Makes a call, waits as long as it takes, and gives what has arrived. */
export const ask = (world: World.World, operation: string, input: unknown, now: number) => {
  const exchange = World.handle(world, { operation, input }, now)
  const outcome = World.outcome(world, exchange, Math.max(now, exchange.answeredAt))
  const reply = outcome._tag === "Reset" ? undefined : outcome.reply
  return {
    ending: outcome._tag,
    after: exchange.answeredAt - now,
    status: reply?.status,
    ...Option.getOrElse(decodeBody(reply?.body), () => nothing)
  }
}

/** The body of a `RunTask` of one task of the family `f`. */
export const one = (rest: object = {}) => ({ taskDefinition: "f:1", count: 1, ...rest })

/** Launches one task, and gives its ARN. */
export const launch = (world: World.World, now: number, rest: object = {}): string =>
  ask(world, "RunTask", one(rest), now).tasks?.[0]?.taskArn ?? "none"

/** The whole list of the family `f`, from all of its pages. */
export const list = (world: World.World, now: number, rest: object = {}): ReadonlyArray<string> => {
  const arns: Array<string> = []
  let nextToken: string | undefined
  do {
    const page = ask(world, "ListTasks", { family: "f", ...rest, nextToken }, now)
    arns.push(...page.taskArns ?? [])
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return arns
}

/** What `DescribeTasks` says the status of a task is. */
export const status = (world: World.World, arn: string, now: number): string => {
  const { failures, tasks } = ask(world, "DescribeTasks", { tasks: [arn] }, now)
  return tasks?.[0]?.lastStatus ?? failures?.[0]?.reason ?? "neither"
}
