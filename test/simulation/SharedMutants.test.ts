/**
 * The simulation catches every broken variant of what processes share.
 */
import { itCatches } from "./catching.ts"
import { blindness } from "./mutants/blindness.ts"
import { holders } from "./mutants/holders.ts"
import { sharing } from "./mutants/sharing.ts"

itCatches([...sharing, ...blindness, ...holders])
