/**
 * Checks answers to `RunTask` against what is known: one that cannot
 * be so is no verdict.
 *
 * One token is one task, and a task is one launch's. An answer that says otherwise
 * comes from something between here and ECS, and would merge two slots, or free one
 * whose task runs.
 */
import type { TaskArn, Verdict } from "../../ecs/Ecs.ts"
import { isTerminal, unanswered } from "../../ecs/Ecs.ts"
import * as Locations from "../../ecs/Location.ts"
import type { Contradiction, SlotId } from "../Slot.ts"
import * as Slots from "../Slot.ts"
import { adoptTask } from "./Evidence.ts"
import type { LedgerState } from "./LedgerState.ts"
import * as LedgerStates from "./LedgerState.ts"
import type { Transaction } from "./Transaction.ts"
import * as Transactions from "./Transaction.ts"

/**
 * Returns the verdict that an answer is worth, held against what is known. One that
 * cannot be so is none; a task that it names and that nothing counts is counted.
 *
 * @category edits
 */
export const believed = (
  tx: Transaction,
  id: SlotId,
  answer: Verdict
): Exclude<Verdict, { readonly _tag: "Contradictory" }> => {
  if (answer._tag === "Contradictory") {
    Transactions.dispute(tx, id, { detail: answer.detail, elsewhere: false })
    return unanswered(answer.detail)
  }
  if (answer._tag !== "Accepted") return answer
  const found = contradiction(tx.ledger, id, answer.taskArn)
  if (found === undefined) {
    return !isTerminal(answer.lastStatus) || mayHaveStopped(tx, id) ? answer : { ...answer, lastStatus: undefined }
  }
  Transactions.dispute(tx, id, found)
  if (!found.elsewhere) adoptTask(tx, answer.taskArn)
  return unanswered(found.detail)
}

/** Only what repeats an earlier answer can say that the task has stopped. Of the first one it is for a reading to say. */
const mayHaveStopped = (tx: Transaction, id: SlotId): boolean => {
  const slot = LedgerStates.find(tx.ledger, id)
  return slot?.state._tag !== "Launching" || (slot.state.attempts > 1 && slot.contradiction === undefined)
}

/**
 * Says why a task that ECS names as that of a launch cannot be it: it is in another
 * location, it is another launch's, or the launch has another one. One that was listed
 * and not described yet may be that of any launch.
 */
const contradiction = (ledger: LedgerState, id: SlotId, arn: TaskArn): Contradiction | undefined => {
  const stray = Locations.stray(ledger.location, [arn])
  if (stray !== undefined) return { detail: stray, elsewhere: true }
  const slot = LedgerStates.find(ledger, id)
  const known = slot === undefined ? undefined : Slots.taskArn(slot)
  const named = (detail: string): Contradiction => ({ detail: `${arn} was named, and ${detail}`, elsewhere: false })
  if (known !== undefined && known !== arn) return named(`its task is ${known}`)
  const other = LedgerStates.findByArn(ledger, arn)
  if (other !== undefined && other.id !== id && other.key !== undefined) {
    return named(`that is the task of launch ${other.id}`)
  }
  return slot?.state._tag === "Launching" && LedgerStates.isGone(ledger, arn)
    ? named("that had stopped as the task of another")
    : undefined
}
