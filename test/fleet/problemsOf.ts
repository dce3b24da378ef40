/** The problems of a description, as its errors say them. */
import { Result } from "effect"
import * as Fleet from "../../src/fleet/Fleet.ts"

export const valid: Fleet.Input = { cluster: "main", taskDefinition: "worker:7", cap: 16, subnets: ["subnet-1"] }

/** The problems of a description that differs from a valid one, one in a line. */
export const problems = (change: Readonly<Record<string, unknown>>) => problemsOf({ ...valid, ...change })

export const problemsOf = (input: unknown) =>
  Result.match(Fleet.decodeUnknown(input), {
    onSuccess: () => "none",
    onFailure: (error) => error.problems.map(({ field, reason }) => `${field}: ${reason}`).join("\n")
  })
