import { Console, Effect, Layer } from "effect"
import { EcsAws, LedgerMemory, Provisioner } from "fleetcap"
import { convert } from "./app.ts"

const fleet = Provisioner.layer({
  cluster: "workers",
  taskDefinition: "converter:7",
  container: "main", // its environment tells the worker its key: FLEETCAP_KEY
  subnets: ["subnet-0a1b2c3d"],
  cap: 2
}).pipe(Layer.provide([EcsAws.layer(), LedgerMemory.layer]))

Effect.forEach(["a.csv", "b.csv", "c.csv"], convert, { concurrency: "unbounded" }).pipe(
  Effect.flatMap(Effect.forEach((line) => Console.log(line))),
  Effect.provide(fleet),
  Effect.runPromise
)
