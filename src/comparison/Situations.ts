/**
 * The situations that counting gets wrong.
 */
import type * as Duration from "effect/Duration"
import type { Settings } from "../emulator/model/Settings.ts"
import type { Situation } from "./Situation.ts"
import { latencies } from "./Situation.ts"

const lagging = (unlisted: Duration.Input): Settings => ({ latencyOf: latencies, lag: { unlisted } })

/** The seeds are in the middle of the first fifteen, by how many too many the others launched. */
const lossy = (share: number, seed: number): Situation => ({
  name: `lost-${share * 100}`,
  title: `${share * 100} % of the answers to \`RunTask\` are lost`,
  trap: "A launch without an answer has not failed: its task runs.",
  cap: 16,
  seed,
  ecs: {
    ...lagging("5 seconds"),
    faults: [{ operation: "RunTask", probability: share, fault: { _tag: "Reset", processed: true } }]
  },
  demand: { waves: [{ requests: 24 }], duration: "60 seconds" },
  measure: "time"
})

/**
 * The situations that counting gets wrong, from the one that started it all on.
 *
 * @category constants
 */
export const all: ReadonlyArray<Situation> = [
  {
    name: "burst",
    title: "24 requests at once, lists 5 s late",
    trap: "All requests read the same stale zero.",
    cap: 16,
    seed: 1,
    ecs: lagging("5 seconds"),
    demand: { waves: [{ requests: 24 }], duration: "30 seconds" },
    measure: "time"
  },
  {
    name: "big-burst",
    title: "500 requests at once, cap 100",
    trap: "A policy that reads a list for each request in turn makes the last one wait.",
    cap: 100,
    seed: 1,
    ecs: lagging("5 seconds"),
    demand: { waves: [{ requests: 500 }], duration: "60 seconds" },
    measure: "time"
  },
  {
    name: "late-lists",
    title: "48 requests that ask every 5 s, lists 90 s late",
    trap: "However long launches are remembered, a list may lag longer.",
    cap: 16,
    seed: 1,
    ecs: lagging("90 seconds"),
    demand: { waves: [{ requests: 48 }], askAgain: "5 seconds", duration: "3 minutes" },
    measure: "time"
  },
  {
    name: "two-pages",
    title: "400 requests that ask every 5 s, cap 150",
    trap: "A page of a list has 100 tasks at most.",
    cap: 150,
    seed: 1,
    ecs: lagging("5 seconds"),
    demand: { waves: [{ requests: 400 }], askAgain: "5 seconds", duration: "3 minutes" },
    measure: "time"
  },
  lossy(0.2, 3),
  lossy(0.5, 8),
  {
    name: "restart",
    title: "a restart after the burst, then another burst",
    trap: "What a process remembered is gone, and the list does not show it yet.",
    cap: 16,
    seed: 1,
    ecs: lagging("5 seconds"),
    demand: {
      waves: [{ requests: 24 }, { requests: 24, at: "3 seconds" }],
      restartAt: "2 seconds",
      duration: "30 seconds"
    },
    measure: "time"
  },
  {
    name: "one-by-one",
    title: "24 requests one by one, no lag at all",
    trap: "A task that is both remembered and listed is still one task.",
    cap: 16,
    seed: 1,
    ecs: lagging(0),
    demand: { waves: [{ requests: 24, every: "200 millis" }], duration: "30 seconds" },
    measure: "time"
  },
  {
    name: "trickle",
    title: "24 requests, one a second, lists 3 s late",
    trap: "Too many tasks at first, or too few from then on.",
    cap: 16,
    seed: 1,
    ecs: lagging("3 seconds"),
    demand: { waves: [{ requests: 24, every: "1 second" }], duration: "40 seconds" },
    measure: "time"
  },
  {
    name: "churn",
    title: "tasks of 10 s, and endless demand",
    trap: "A free slot that no caller gets is wasted as well.",
    cap: 16,
    seed: 1,
    ecs: { latencyOf: latencies, lifecycle: { lifetime: "10 seconds" } },
    demand: {
      waves: [{ requests: 32, every: "31 millis" }],
      askAgain: "1 second",
      endless: true,
      duration: "2 minutes"
    },
    measure: "share"
  },
  {
    name: "slow-lists",
    title: "24 requests at once, `ListTasks` takes 1 s",
    trap: "A lock that is held during a call makes every request wait for it.",
    cap: 16,
    seed: 1,
    ecs: { latencyOf: { ...latencies, ListTasks: "1 second" }, lag: { unlisted: "5 seconds" } },
    demand: { waves: [{ requests: 24 }], duration: "60 seconds" },
    measure: "time"
  }
]
