import { ECSClient } from "@aws-sdk/client-ecs"
import { EcsAws } from "fleetcap"
import { Agent } from "node:https"

const httpsAgent = new Agent({ keepAlive: true, maxSockets: 50, proxyEnv: process.env })
const limits = { connectionTimeout: 5000, requestTimeout: 20_000, throwOnRequestTimeout: true, socketTimeout: 20_000 }

/** ECS through the proxy that HTTPS_PROXY names, in place of `EcsAws.layer()`. */
export const ecs = EcsAws.layerClient(new ECSClient({ requestHandler: { httpsAgent, ...limits } }))
