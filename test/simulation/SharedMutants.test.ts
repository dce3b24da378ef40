/**
 * The simulation catches every broken variant of what processes share.
 */
import { itCatches } from "./catching.ts"
import { sharing } from "./mutants/sharing.ts"

itCatches(sharing)
