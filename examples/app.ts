import { Effect } from "effect"
import { Provisioner } from "fleetcap"

/** Starts a worker for an uploaded file, or says that the file has to be queued. */
export const convert = Effect.fnUntraced(function*(file: string) {
  const provisioner = yield* Provisioner.Provisioner
  const answer = yield* provisioner.request(file)
  return answer._tag === "AtCapacity" ? `${file}: queued` : `${file}: ${answer.taskArn}`
})
