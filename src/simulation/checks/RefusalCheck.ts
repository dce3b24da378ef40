/**
 * Checks that a refusal is believed where nothing else that was sent can have
 * launched a task: its slot is free at once, and its caller is told why.
 */
import type { Verdict } from "../../ecs/Ecs.ts"
import type { Settlement } from "../../ledger/rules/Launch.ts"
import type { LaunchCheck } from "./LaunchCheck.ts"
import type { Process } from "./Process.ts"
import type { RunLog } from "./RunLog.ts"

/**
 * The refusals of a run.
 *
 * @category models
 */
export interface RefusalCheck {
  /** Takes the verdict of an attempt, and what the ledger made of it. */
  readonly settled: (process: Process, token: string, verdict: Verdict, settlement: Settlement) => void
  /** Tells that a launch was taken over: who has it now does not know what was sent before. */
  readonly takenOver: (token: string) => void
}

/**
 * Begins to check the refusals of a run.
 *
 * @category constructors
 */
export const make = ({ log, launches }: {
  readonly log: RunLog
  readonly launches: LaunchCheck
}): RefusalCheck => {
  /** The number of attempts of a launch that have their verdict. */
  const answered = new Map<string, number>()
  const unclear = new Set<string>()
  return {
    settled: (process, token, verdict, settlement) => {
      const before = answered.get(token) ?? 0
      const sent = launches.find(token)?.attempts.length ?? 0
      answered.set(token, sent)
      // One that was not sent, for it was too late, has launched nothing.
      if ((verdict._tag === "Unknown" && sent > before) || sent > before + 1) unclear.add(token)
      if (verdict._tag !== "Rejected" || settlement._tag !== "Resend") return
      if (unclear.has(token) || process.leaseLost || process.closingAt !== undefined) return
      log.violate(
        "a refusal is believed where nothing else was sent",
        `launch ${token} of ${process.name} was sent ${sent} times, refused, and is to be sent again`
      )
    },
    takenOver: (token) => {
      unclear.add(token)
    }
  }
}
