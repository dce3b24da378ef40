import { it } from "@effect/vitest"
import { suite } from "./contract.ts"
import { layerTest } from "./dynamo.ts"

suite("LedgerDynamoDb", layerTest, it.live)
