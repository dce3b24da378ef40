import { it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as LedgerPostgres from "../../../src/ledger/postgres/LedgerPostgres.ts"
import { layerPool, makeSchema } from "../../postgres/ledger.ts"
import { suite } from "../contract.ts"
import { storeClock } from "../contract/storeClock.ts"

const layer = Layer.unwrap(
  Effect.map(makeSchema, ({ schema, time }) => Layer.merge(LedgerPostgres.layer({ schema }), time))
).pipe(Layer.provide(layerPool()))

suite("LedgerPostgres.layer", layer, it.live)
storeClock("LedgerPostgres.layer", layer, it.live)
