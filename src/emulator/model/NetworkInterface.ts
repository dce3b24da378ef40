/**
 * The network interface of a task with `awsvpc`: all that is shown of it follows from the
 * task's id.
 */
import type * as Schema from "effect/Schema"
import * as DerivedIds from "./DerivedId.ts"
import type { LastStatus } from "./Lifecycle.ts"
import type { Task } from "./Task.ts"

const addressOf = (taskId: string): string =>
  ["10", ...[20, 22, 24].map((at) => String(Number.parseInt(taskId.slice(at, at + 2), 16)))].join(".")

const hostOf = (address: string, region: string): string => {
  const domain = region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`
  return `ip-${address.replaceAll(".", "-")}.${domain}`
}

const statusOf = (lastStatus: LastStatus): string => {
  switch (lastStatus) {
    case "PROVISIONING":
      return "PRECREATED"
    case "DEPROVISIONING":
      return "DETACHING"
    case "STOPPED":
    case "DELETED":
      return "DELETED"
    default:
      return "ATTACHED"
  }
}

/**
 * Writes the attachment of a task. Until the task has been provisioned, only its subnet is
 * known.
 *
 * @category getters
 */
export const attachment = (task: Task, lastStatus: LastStatus, isProvisioned: boolean): Schema.JsonObject => {
  const { id, location, spec: { subnet } } = task
  const address = addressOf(id)
  const details = isProvisioned
    ? [
      { name: "networkInterfaceId", value: `eni-0${id.slice(0, 16)}` },
      { name: "macAddress", value: ["0e", ...[4, 6, 8, 10, 12].map((at) => id.slice(at, at + 2))].join(":") },
      { name: "privateDnsName", value: hostOf(address, location.region) },
      { name: "privateIPv4Address", value: address }
    ]
    : []
  return {
    id: DerivedIds.uuidOf(id, "0"),
    type: "ElasticNetworkInterface",
    status: statusOf(lastStatus),
    details: subnet === undefined ? details : [{ name: "subnetId", value: subnet }, ...details]
  }
}

/**
 * Writes the network interface of each container of a task.
 *
 * @category getters
 */
export const ofContainer = ({ id }: Task): Schema.JsonObject => ({
  attachmentId: DerivedIds.uuidOf(id, "0"),
  privateIpv4Address: addressOf(id)
})
