/**
 * Draws the scenario of a seed.
 */
import type * as Settings from "../../fleet/Settings.ts"
import * as SeededRandom from "../../testing/SeededRandom.ts"
import * as BlindWorld from "./BlindScenario.ts"
import * as ClockWorld from "./ClockScenario.ts"
import * as ContradictionWorld from "./ContradictionScenario.ts"
import * as ElsewhereWorld from "./ElsewhereScenario.ts"
import * as EvidenceWorld from "./EvidenceScenario.ts"
import * as HolderWorld from "./HolderScenario.ts"
import * as LongWorld from "./LongScenario.ts"
import type { Scenario } from "./Scenario.ts"
import * as SharedWorld from "./SharedLedgerScenario.ts"
import * as ShortWorld from "./ShortScenario.ts"
import * as StopWorld from "./StopScenario.ts"

/**
 * The scenarios that there are. `mixed` draws one of the others for each seed.
 *
 * - `burst`, `trickle`, `churn`, `same-key`: how callers come
 * - `exclusive`: a key has one task for as long as that lives
 * - `resize`: the cap changes, to 0 and back, to no bound and back
 * - `foreign`: another program launches in the same family
 * - `restart`: processes end in all the ways in which they do
 * - `lost-answers`: many answers of `RunTask` are lost
 * - `pages`: lists come in many pages, some of them empty
 * - `ledger`: the ledger is away now and then, and slow
 * - `blackout`: no answer arrives for longer than a launch may be repeated
 * - `outage`: ECS cannot be read for so long that it forgets tasks that stopped
 * - `endurance`: tasks live for hours, and ECS shows nothing for a few minutes
 * - `shared`: several processes at a time over one shared ledger, and a bad network
 *   between; one seed in sixteen is one of these, by a draw of its own, so that the
 *   worlds of all other seeds are what they would be without it
 * - `suspension`: the machine of the process is suspended, for up to a day, while launches have no answer
 * - `wrong-clock`: the clock of a shared ledger, and those of its processes, are set, wrong for a while, or stand still
 * - `elsewhere`: a process calls ECS in a wrong region, over the ledger of the others
 * - `contradiction`: ECS answers what cannot be so
 * - `blind`: one of several processes cannot read ECS, and the others can
 * - `evidence`: what ECS shows is as late, as incomplete and as misleading as the rules allow for
 * - `holders`: processes that share a ledger are gone, deaf or about to leave at the moment that matters
 * - `stops`: workers are stopped on request, and ECS does not always hear it
 * - `broken-bound`: ECS breaks the bound on its lag that giving up an unknown
 *   launch relies on; the cap may be passed
 *
 * @category models
 */
export type Name = (typeof names)[number]

/**
 * The names of the scenarios.
 *
 * @category configuration
 */
export const names = [
  "mixed",
  "burst",
  "trickle",
  "churn",
  "same-key",
  "exclusive",
  "resize",
  "foreign",
  "restart",
  "lost-answers",
  "pages",
  "ledger",
  "blackout",
  "outage",
  "endurance",
  "shared",
  "suspension",
  "wrong-clock",
  "elsewhere",
  "contradiction",
  "blind",
  "evidence",
  "holders",
  "stops",
  "broken-bound"
] as const

/**
 * Choices for all seeds, instead of what each draws.
 *
 * @category options
 */
export interface DrawOptions {
  /** The default is `mixed`. */
  readonly scenario?: Name | undefined
  /** The highest cap that is drawn. The default is 8. */
  readonly maxWorkers?: number | undefined
  /** The longest lag of lists in milliseconds, instead of what the seed draws. */
  readonly listLag?: number | undefined
  /** The fleet's own settings, instead of what the seed draws. */
  readonly settings?: Settings.Options | undefined
}

/**
 * Draws the scenario of a seed.
 *
 * @category constructors
 */
export const draw = (seed: number, options: DrawOptions = {}): Scenario => {
  const random = SeededRandom.make(seed, 2)
  const wanted = options.scenario ?? "mixed"
  const name = wanted === "mixed" ? drawnApart(seed) ?? mixed(random) : wanted
  const world = { random, seed, maxWorkers: options.maxWorkers ?? 8 }
  const drawn = drawWorld(world, name)
  const lag = options.listLag === undefined ? {} : { unlisted: { min: 0, max: options.listLag } }
  return {
    ...drawn,
    settings: { ...drawn.settings, ...options.settings },
    ecs: { ...drawn.ecs, lag: { ...drawn.ecs.lag, ...lag } },
    events: [...drawn.events].sort((a, b) => a.at - b.at)
  }
}

const drawWorld = (world: ShortWorld.DrawWorld, name: Drawn): Scenario => {
  switch (name) {
    case "shared":
      return SharedWorld.draw(world)
    case "suspension":
      return ClockWorld.suspension(world)
    case "wrong-clock":
      return ClockWorld.wrongClock(world)
    case "elsewhere":
      return ElsewhereWorld.draw(world)
    case "contradiction":
      return ContradictionWorld.draw(world)
    case "blind":
      return BlindWorld.draw(world)
    case "evidence":
      return EvidenceWorld.draw(world)
    case "holders":
      return HolderWorld.draw(world)
    case "stops":
      return StopWorld.draw(world)
    default:
      return isLong(name) ? LongWorld.draw(world, name) : ShortWorld.draw(world, name)
  }
}

type Drawn = Exclude<Name, "mixed">

const isLong = (name: LongWorld.Name | ShortWorld.Name): name is LongWorld.Name =>
  LongWorld.names.some((long) => long === name)

/**
 * The scenarios that are drawn apart from all else: each by a random stream of its
 * own, so that adding one changes only the worlds of the seeds that now draw it.
 */
const apart: ReadonlyArray<{ readonly name: Drawn; readonly stream: number; readonly chance: number }> = [
  { name: "shared", stream: 9, chance: 1 / 16 },
  { name: "suspension", stream: 10, chance: 1 / 64 },
  { name: "wrong-clock", stream: 11, chance: 1 / 64 },
  { name: "elsewhere", stream: 12, chance: 1 / 48 },
  { name: "contradiction", stream: 13, chance: 1 / 48 },
  { name: "blind", stream: 14, chance: 1 / 48 },
  { name: "evidence", stream: 16, chance: 1 / 48 },
  { name: "holders", stream: 17, chance: 1 / 48 },
  { name: "stops", stream: 18, chance: 1 / 32 }
]

const drawnApart = (seed: number): Drawn | undefined =>
  apart.find(({ chance, stream }) => SeededRandom.make(seed, stream).chance(chance))?.name

/** Long worlds take longer to run, and are drawn less often. */
const mixed = (random: SeededRandom.SeededRandom): Drawn => {
  const roll = random.upTo(100)
  if (roll < 1.5) return "blackout"
  if (roll < 3) return "outage"
  if (roll < 4.5) return "endurance"
  if (roll < 5) return "broken-bound"
  return random.pick<Drawn>(
    "burst",
    "trickle",
    "churn",
    "same-key",
    "exclusive",
    "resize",
    "resize",
    "foreign",
    "restart",
    "restart",
    "lost-answers",
    "pages",
    "ledger"
  )
}
