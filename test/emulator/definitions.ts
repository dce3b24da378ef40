/** A container that every launch type takes. */
export const container = { name: "c", image: "i:1", memory: 128 }

/** A task definition that AWS takes for tasks on instances. */
export const onInstances = { family: "f", containerDefinitions: [container] }

/** A task definition that AWS takes for Fargate. */
export const fargate = {
  ...onInstances,
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "256",
  memory: "512"
}

/** What ECS says of a size that Fargate does not have. */
export const noSize = (cpu: number, memory: number) =>
  `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory. ` +
  "See the Amazon ECS documentation for the valid values."
