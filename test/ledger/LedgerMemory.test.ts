import { Layer } from "effect"
import * as LedgerMemory from "../../src/ledger/LedgerMemory.ts"
import { suite } from "./contract.ts"
import { Time } from "./contract/time.ts"

suite("LedgerMemory.layer", Layer.merge(LedgerMemory.layer, Time.layerTest))
