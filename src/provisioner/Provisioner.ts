/**
 * Launches ECS tasks on request, and never lets the fleet pass its cap.
 *
 * A request goes down from here: it joins the flight of its key, or starts one
 * (`InFlight`, `Flight`), which gets a slot from the ledger (`Ledger`) over a
 * recent reading of ECS (`FleetReader`), and launches into it (`Launcher`). Those who
 * want to wait for a slot stand in line (`WaitingLine`).
 *
 * One provisioner is for one fleet. The ledger and the ECS layer are shared by
 * all fleets of a process.
 *
 * This folder takes a request from its arrival to its answer: it joins launches, waits
 * in line, reads ECS and launches. It may import `fleet`, `ledger`, `ecs`,
 * `Time.ts` and `Detail.ts`.
 */
import * as Clock from "effect/Clock"
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Ecs } from "../ecs/Ecs.ts"
import * as Fleets from "../fleet/Fleet.ts"
import type { Event } from "../ledger/Change.ts"
import * as Ledgers from "../ledger/Ledger.ts"
import * as Time from "../Time.ts"
import * as AccountProbes from "./AccountProbe.ts"
import type { AtCapacity, Existing, Launched } from "./Answer.ts"
import * as Background from "./Background.ts"
import * as Bulletins from "./Bulletin.ts"
import * as FleetReaders from "./FleetReader.ts"
import * as InFlights from "./InFlight.ts"
import { LaunchId } from "./LaunchId.ts"
import * as Operators from "./Operator.ts"
import * as ProvisionError from "./ProvisionError.ts"
import * as Requests from "./Requests.ts"
import * as Serving from "./Serving.ts"
import * as Snapshots from "./Snapshot.ts"
import * as WaitingLine from "./WaitingLine.ts"
import * as Watches from "./Watch.ts"

export type { RequestOptions } from "./Requests.ts"

/**
 * Launches ECS tasks on request, and never lets the fleet pass its cap.
 *
 * @example
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { LedgerMemory, Provisioner } from "fleetcap"
 * import { Simulation, TestEcs } from "fleetcap/testing"
 * import assert from "node:assert/strict"
 *
 * const fleet = Provisioner.layer({
 *   cluster: "workers",
 *   taskDefinition: "converter:7",
 *   subnets: ["subnet-0a1b2c3d"],
 *   cap: 1
 * }).pipe(Layer.provide([LedgerMemory.layer, TestEcs.layer()])) // EcsAws.layer() launches in AWS
 *
 * const program = Effect.gen(function*() {
 *   const provisioner = yield* Provisioner.Provisioner
 *   const answers = yield* Effect.forEach(["a.csv", "b.csv"], (key) => provisioner.request(key))
 *   return answers.map(({ _tag }) => _tag)
 * })
 *
 * assert.deepEqual(Simulation.runOrThrow(Effect.provide(program, fleet), { seed: 7 }), ["Launched", "AtCapacity"])
 * ```
 *
 * @category services
 */
export class Provisioner extends Context.Service<
  Provisioner,
  Operators.Operator & {
    /** The fleet that it launches into. */
    readonly fleet: Fleets.Fleet
    /**
     * Asks for a worker, without waiting for a slot.
     *
     * **Details**
     *
     * A key is 1 to 256 characters, none of them a control character. Callers with
     * the same key share one launch while it is in flight. The request waits for a
     * reading of ECS and for the verdict of the launch, for `requestTimeout` (30 s)
     * at most: past it, it fails as `settling` while the launch goes on.
     *
     * **Gotchas**
     *
     * Interrupting it does not cancel the launch.
     */
    readonly request: (
      key: string,
      options?: Requests.RequestOptions
    ) => Effect.Effect<Launched | Existing | AtCapacity, ProvisionError.ProvisionError>
    /**
     * Asks for a worker, and waits in line for a slot, first come first served.
     *
     * **Details**
     *
     * There is no bound on the wait but the caller's own `Effect.timeout`; once it
     * has a slot, the request is bound like any other. Interrupting it leaves the
     * line: nothing is launched for a place that all of its callers have left.
     */
    readonly requestWhenFree: (
      key: string,
      options?: Requests.RequestOptions
    ) => Effect.Effect<Launched | Existing, ProvisionError.ProvisionError>
    /** Reads how the fleet stands now. */
    readonly snapshot: Effect.Effect<Snapshots.Snapshot, ProvisionError.RetryableError>
    /**
     * The events of the fleet, from when the stream is run until the provisioner closes.
     *
     * Changes are numbered. Requests that this provisioner has told that the fleet is
     * full stand between them without a number. A subscriber that falls more than
     * `changesCapacity` (1024) behind loses the oldest, and sees in the numbers when
     * changes are among them.
     */
    readonly changes: Stream.Stream<Event>
  }
>()("fleetcap/Provisioner") {}

/**
 * Makes a provisioner for a fleet, for programs that have several.
 *
 * **Details**
 *
 * When the scope closes it takes no more requests, ends at once what it has not
 * sent, and waits for what it has, for `shutdownTimeout` (20 s) at most. Launches
 * that did not settle by then are logged, and stay in the ledger.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  fleet: Fleets.Fleet
): Effect.fn.Return<
  Provisioner["Service"],
  Fleets.FleetError | Ledgers.LedgerUnavailable | Ledgers.LedgerMismatch,
  Ledgers.Ledger | Ecs | Scope.Scope
> {
  const { settings } = fleet
  const holder = yield* yield* LaunchId
  const line = WaitingLine.make()
  const ledger = yield* (yield* Ledgers.Ledger).attach({
    fleet: fleet.id,
    cap: fleet.cap,
    exclusiveKeys: fleet.exclusiveKeys,
    lagBound: Duration.toMillis(settings.lagBound),
    location: yield* AccountProbes.locate(fleet),
    holder,
    line: () => ({ waiting: line.places.size, since: WaitingLine.head(line)?.arrival.at })
  })
  const fleetReader = yield* FleetReaders.make(fleet, ledger)
  const closing = yield* Latch.make(false)
  const watch = Watches.make()
  const time = Time.reader(yield* Clock.Clock)
  const begunAt = time()
  const hold = Duration.toMillis(settings.startupHold)
  const holdLeft = () => hold - Math.max(0, Time.atLeast(begunAt, time()))
  const inFlight = yield* InFlights.make({
    fleet,
    ledger,
    fleetReader,
    ecs: yield* Ecs,
    watch,
    line,
    closing,
    holdLeft
  })
  const bulletin = Bulletins.make(fleet, holder, ledger)
  const { request, requestWhenFree } = Requests.make({ settings, ledger, inFlight, line, bulletin, closing })
  const wake = yield* Latch.make(false)
  const abandoned = yield* Latch.make(false)
  const stopAsked = yield* Latch.make(false)

  const snapshot = ProvisionError.orRetryable(Effect.zipWith(
    ledger.slotTable,
    ledger.now,
    (table, now) => Snapshots.make(table, line.places.size, now)
  ))

  yield* Effect.forkScoped(Background.follow({ fleet, holder, ledger, wake, watch, abandoned, stopAsked }))
  yield* Effect.forkScoped(Background.inherit({ fleet, ledger, line, inFlight, closing, abandoned }))
  yield* Effect.forkScoped(Serving.serve({ line, inFlight, wake }))
  yield* Effect.forkScoped(Background.keepUp({ fleet, ledger, fleetReader, stopAsked }))
  yield* Effect.addFinalizer(() =>
    Effect.andThen(closing.open, Background.windUp({ fleet, ledger, holder, line, inFlight }))
  )

  return Provisioner.of({
    fleet,
    request,
    requestWhenFree,
    snapshot,
    changes: Stream.interruptWhen(bulletin.events, closing.await),
    ...Operators.make(ledger)
  })
})

/**
 * Provides a provisioner for a fleet.
 *
 * @category layers
 */
export const layer = (
  input: Fleets.Input
): Layer.Layer<
  Provisioner,
  Fleets.FleetError | Ledgers.LedgerUnavailable | Ledgers.LedgerMismatch,
  Ledgers.Ledger | Ecs
> => Layer.effect(Provisioner, Effect.flatMap(Fleets.make(input), make))

/**
 * Provides a provisioner for a fleet that is described by configuration: by
 * environment variables, unless there is another `ConfigProvider`.
 *
 * @category layers
 */
export const layerConfig = (
  config: Config.Config<Fleets.Fleet> = Fleets.config
): Layer.Layer<
  Provisioner,
  Config.ConfigError | Fleets.FleetError | Ledgers.LedgerUnavailable | Ledgers.LedgerMismatch,
  Ledgers.Ledger | Ecs
> => Layer.effect(Provisioner, Effect.flatMap(config, make))
