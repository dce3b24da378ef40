import { it } from "@effect/vitest"
import { suite } from "../contract.ts"
import { storeClock } from "../contract/storeClock.ts"
import { layerTest } from "./dynamo.ts"

suite("LedgerDynamoDb", layerTest, it.live)
storeClock("LedgerDynamoDb", layerTest, it.live)
