/**
 * Broken variants of fleetcap, each as a patch of its source, that the simulation
 * has to catch.
 *
 * Every mutant breaks one rule, says which, and within how many seeds it is caught.
 * Those about what processes share are in `sharing` and `holders`, and run by themselves; what
 * cannot be seen in a simulated world is listed in `seenByOthers`.
 */
import { clocks } from "./mutants/clocks.ts"
import { counting } from "./mutants/counting.ts"
import { doubtfulEvidence } from "./mutants/doubtfulEvidence.ts"
import { evidence } from "./mutants/evidence.ts"
import { launches } from "./mutants/launches.ts"
import { locations } from "./mutants/locations.ts"
import type { Mutant } from "./mutants/Mutant.ts"
import { processes } from "./mutants/processes.ts"
import { readings } from "./mutants/readings.ts"
import { stops } from "./mutants/stops.ts"
import { lines } from "./mutants/waiting.ts"

export const mutants: ReadonlyArray<Mutant> = [
  ...counting,
  ...clocks,
  ...evidence,
  ...doubtfulEvidence,
  ...launches,
  ...readings,
  ...lines,
  ...locations,
  ...stops,
  ...processes
]
