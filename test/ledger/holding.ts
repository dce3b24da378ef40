/**
 * What a test asks of a ledger that it does not describe further.
 */
import { Effect, Result } from "effect"
import * as Locations from "../../src/ecs/Location.ts"
import { parseKey } from "../../src/ledger/Key.ts"
import type { AttachOptions, FleetLedger, Ledger } from "../../src/ledger/Ledger.ts"
import type { ReserveOptions } from "../../src/ledger/rules/Launch.ts"
import { SlotId } from "../../src/ledger/Slot.ts"

/** A holder of a fleet that has a cap of 2. */
export const attach = (ledger: Ledger["Service"], holder: string, options?: Partial<AttachOptions>) =>
  ledger.attach({
    fleet: "c/f",
    cap: 2,
    exclusiveKeys: false,
    lagBound: 300_000,
    location: { ...Locations.unknown, region: "eu-central-1", cluster: "c" },
    holder,
    line: () => ({ waiting: 0, since: undefined }),
    ...options
  })

/** A reservation for a key, in a slot that is named after it. */
export const reservation = (key: string, id = `id-${key}`): ReserveOptions => ({
  slotId: SlotId(id),
  key: Result.getOrThrow(parseKey(key)),
  request: { cluster: "c", taskDefinition: "f:1", count: 1, clientToken: id, startedBy: id },
  readSince: Number.NEGATIVE_INFINITY,
  ahead: 0,
  waitingSince: undefined
})

export const reserve = (ledger: FleetLedger, key: string, id?: string) => ledger.reserve(reservation(key, id))

/** The ticket of a slot that is granted for a key. */
export const granted = (ledger: FleetLedger, key: string, id?: string) =>
  Effect.flatMap(
    reserve(ledger, key, id),
    (answer) => answer._tag === "Granted" ? Effect.succeed(answer.ticket) : Effect.die(new Error(answer._tag))
  )
