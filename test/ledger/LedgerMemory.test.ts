import { Layer } from "effect"
import { layerMemory } from "../../src/ledger/Ledger.ts"
import { suite } from "./contract.ts"
import { Time } from "./contract/time.ts"

suite("Ledger.layerMemory", Layer.merge(layerMemory, Time.layerTest))
