import { Layer } from "effect"
import { layerMemory } from "../src/Ledger.ts"
import { suite, Time } from "./ledger/contract.ts"

suite("Ledger.layerMemory", Layer.merge(layerMemory, Time.layerTest))
