import { layerMemory } from "../src/Ledger.ts"
import { suite } from "./ledger/contract.ts"

suite("Ledger.layerMemory", layerMemory)
