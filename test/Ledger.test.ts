import { Layer } from "effect"
import { layerMemory } from "../src/Ledger.ts"
import { suite } from "./ledger/contract.ts"
import { Time } from "./ledger/contract/time.ts"

suite("Ledger.layerMemory", Layer.merge(layerMemory, Time.layerTest))
