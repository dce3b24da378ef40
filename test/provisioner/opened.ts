/**
 * A provisioner in a scope of its own, which a test closes when it likes, over the ECS that all share.
 */
import { Effect, Exit, Layer, Scope } from "effect"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import { fleet, type FleetOptions, keys } from "../world.ts"

export const open = Effect.fnUntraced(function*(options: FleetOptions) {
  const scope = yield* Scope.make()
  const context = yield* Layer.buildWithScope(Layer.fresh(Provisioners.layer(fleet(options))), scope)
  const provisioner = yield* Effect.provideContext(Effect.flatMap(Provisioner, Effect.succeed), context)
  return { provisioner, close: Scope.close(scope, Exit.void) }
})

/** One caller for each key. */
export const askAll = (provisioner: Provisioner["Service"], count: number) =>
  Effect.forkChild(
    Effect.forEach(keys(count), (key) => Effect.result(provisioner.request(key)), { concurrency: "unbounded" })
  )
