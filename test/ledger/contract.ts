/**
 * What every ledger must do, whatever it is kept in.
 */
import { it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Ledger } from "../../src/ledger/Ledger.ts"
import type { Test } from "./contract/asking.ts"
import { contradictions } from "./contract/contradictions.ts"
import { evidence } from "./contract/evidence.ts"
import { granting } from "./contract/granting.ts"
import { holders } from "./contract/holders.ts"
import { locations } from "./contract/locations.ts"
import { sharing } from "./contract/sharing.ts"
import type { Time } from "./contract/time.ts"

export const suite = <E>(
  name: string,
  layer: Layer.Layer<Ledger | Time, E>,
  run: typeof it.effect | typeof it.live = it.effect
): void => {
  const test: Test = (sentence, effect) =>
    run(sentence, () => Effect.provide(Effect.scoped(effect), Layer.fresh(layer)))
  granting(name, test)
  evidence(name, test)
  holders(name, test)
  sharing(name, test)
  locations(name, test)
  contradictions(name, test)
}
