import { NodeRuntime } from "@effect/platform-node"
import { Layer } from "effect"
import { EcsAws, LedgerMemory, Provisioner } from "fleetcap"
import { server } from "./server.ts"

// FLEETCAP_CLUSTER, FLEETCAP_TASK_DEFINITION, FLEETCAP_SUBNETS, FLEETCAP_CAP, ...
const fleet = Provisioner.layerConfig().pipe(Layer.provide([EcsAws.layer(), LedgerMemory.layer]))

// SIGTERM closes the server first and the fleet after it.
NodeRuntime.runMain(Layer.launch(Layer.provide(server, fleet)))
