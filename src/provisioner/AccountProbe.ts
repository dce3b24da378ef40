/**
 * Finds out where the tasks of a fleet are, before anything is launched.
 */
import * as Effect from "effect/Effect"
import { Ecs, TaskArn } from "../ecs/Ecs.ts"
import type { Location } from "../ecs/Location.ts"
import * as Locations from "../ecs/Location.ts"
import { type Fleet, FleetError } from "../fleet/Fleet.ts"
import * as FleetLocation from "../fleet/FleetLocation.ts"

/**
 * Returns where the tasks of a fleet are, as far as its description and the client
 * of ECS say.
 *
 * **Details**
 *
 * Neither knows the account where the cluster is given by its name. ECS names the
 * location of a task that it does not find, so that it is asked about one that there
 * cannot be. Where it does not answer, the first task shows the account.
 *
 * @category accessors
 */
export const locate = Effect.fnUntraced(function*(fleet: Fleet): Effect.fn.Return<Location, FleetError, Ecs> {
  const ecs = yield* Ecs
  const described = FleetLocation.described(fleet)
  const called = yield* ecs.location
  if (Locations.differ(described, called)) return yield* apart(described, called)
  const location = Locations.complete(described, called)
  if (location.account !== undefined) return location
  const answer = yield* ecs.describeTasks({ cluster: fleet.cluster, taskArns: [noTask] }).pipe(
    Effect.timeoutOption(fleet.settings.readTimeout),
    Effect.catch(() => Effect.succeedNone)
  )
  const [missing] = answer._tag === "Some" ? answer.value.missing : []
  const shown = missing === undefined ? Locations.unknown : Locations.ofTask(missing)
  return Locations.differ(location, shown) ? yield* apart(location, shown) : Locations.complete(location, shown)
})

/** The id of no task: ECS draws them, and this one is not drawn. */
const noTask = TaskArn("00000000000000000000000000000000")

const apart = (described: Location, called: Location): FleetError =>
  new FleetError({
    problems: [{
      field: "cluster",
      reason:
        `is in ${Locations.text(described)}, and ECS is called in ${Locations.text(called)}: set the region of the ` +
        "client, or describe the cluster and the task definition that are there"
    }]
  })
