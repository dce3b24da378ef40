/**
 * The environment of a worker: what its fleet and its launch set, and what
 * fleetcap tells it about itself.
 */
import type { EnvironmentVariable } from "../ecs/Ecs.ts"

/**
 * The variable in which a worker finds the key that it was launched for.
 *
 * @category configuration
 */
export const keyVariable = "FLEETCAP_KEY"

/**
 * The variable in which a worker finds the id of its launch.
 *
 * @category configuration
 */
export const launchVariable = "FLEETCAP_LAUNCH"

/**
 * Returns why users cannot set a variable of this name, or `undefined` if they can.
 *
 * @category guards
 */
export const reasonAgainst = (name: string): string | undefined => {
  if (name === keyVariable || name === launchVariable) return "is set by fleetcap itself"
  // What a process would see under such a name is not what was written.
  if (name === "" || /[=\0]/.test(name)) return "is not a valid variable name"
  return undefined
}

/**
 * Writes an environment as ECS takes it, always in the same order: when a request
 * is sent again, ECS accepts nothing but the same bytes.
 *
 * @category constructors
 */
export const toVariables = (environment: Readonly<Record<string, string>>): ReadonlyArray<EnvironmentVariable> =>
  Object.entries(environment)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => a.name < b.name ? -1 : 1)
