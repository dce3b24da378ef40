/**
 * A shared fleet as it is written into one item: JSON by a schema, compressed, and
 * no longer than it need be.
 *
 * The requests that launches were sent with are not in it: they have items of
 * their own, for they are long, and hardly ever read.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib"
import type { RunTaskRequest } from "../../ecs/Ecs.ts"
import { isAnswerTo, type OperationAnswer } from "../Operation.ts"
import type { Delta } from "../shared/Delta.ts"
import * as Deltas from "../shared/Delta.ts"
import type { Member, SharedState } from "../shared/SharedState.ts"
import type { SlotId } from "../Slot.ts"

/**
 * The ARNs of stopped tasks that are remembered, oldest first.
 *
 * @category models
 */
export type Gone = Delta["gone"]

/** The number of changes kept for holders that are behind. One that is further behind sees a gap in their numbers. */
const keptChanges = 64

/** The number of holders that are remembered after they have gone. */
const keptMembers = 32

/**
 * The number of ARNs of stopped tasks that are remembered: the newest. A list that
 * still shows an older one brings its slot back until the task has been described, in
 * the same reading. That is never a task too many, only one slot less for a moment.
 *
 * @category configuration
 */
export const keptGone = 128

/** Below the middle: from there on it compresses hardly more, in several times the time. */
const quality = 4

const Body = Schema.fromJsonString(Schema.toCodecJson(Deltas.Delta))
const encodeBody = Schema.encodeSync(Body)
const decodeBody = Schema.decodeResult(Body)

/**
 * Writes a fleet, as its delta from nothing.
 *
 * @category conversions
 */
export const encode = (fleet: SharedState, gone: Gone): Uint8Array => {
  const whole = Deltas.between(undefined, fleet)
  const json = encodeBody({
    ...whole,
    slots: whole.slots.map(({ holdsKey, slot }) => ({ slot, holdsKey, request: undefined })),
    gone,
    members: keep(whole.members),
    changes: whole.changes.slice(-keptChanges)
  })
  return brotliCompressSync(json, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })
}

/**
 * Reads a fleet, or says why it cannot be read.
 *
 * @category conversions
 */
export const decode = (body: Uint8Array): Result.Result<Delta, string> =>
  Result.try({
    try: () => brotliDecompressSync(body).toString("utf8"),
    catch: () => "its body is not compressed as it should be"
  }).pipe(Result.flatMap((json) => Result.mapError(decodeBody(json), ({ message }) => message)))

/**
 * Returns what is remembered of stopped tasks after a change.
 *
 * @category conversions
 */
export const remember = (before: Gone, { gone, head }: Delta): Gone => {
  const isKept = ({ since }: Gone[number]) => since === head.goneSince || since === head.goneBefore
  return gone.length === 0 && before.every(isKept)
    ? before
    : [...before.filter(isKept), ...gone].slice(-keptGone)
}

/**
 * Returns what a holder took over with its latest batch, with its requests again.
 * What is not found is left out: no holder can send it again.
 *
 * @category conversions
 */
export const restore = (
  member: Member,
  requestOf: (id: SlotId) => RunTaskRequest | undefined
): Member => ({
  ...member,
  answers: member.answers.map((answer): OperationAnswer | undefined => {
    if (answer === undefined || !isAnswerTo("takeOver", answer)) return answer
    const value = answer.value.flatMap(({ key, ticket }) => {
      const request = requestOf(ticket.slotId)
      return request === undefined ? [] : [{ ticket, key, request }]
    })
    return { tag: "takeOver", value }
  })
})

type Members = Delta["members"]

/** Returns the holders that are there, and those that left last. */
const keep = (members: Members): Members => {
  const gone = members.filter(({ member }) => member.status !== "here")
  const oldest = gone.sort((a, b) => a.member.heardAt - b.member.heardAt).slice(0, -keptMembers)
  const forgotten = new Set(oldest.map(({ id }) => id))
  return members
    .filter(({ id }) => !forgotten.has(id))
    .map(({ id, member }) => ({ id, member: restore(member, stub) }))
}

/** Stands for a request that has an item of its own. */
const stub = (id: SlotId): RunTaskRequest => ({
  cluster: "",
  taskDefinition: "",
  count: 1,
  clientToken: id,
  startedBy: id
})
