/**
 * A caller that asks for a worker: when it came, and what it wants for the worker.
 */

/**
 * The arrival of a caller.
 *
 * @category models
 */
export interface Arrival {
  /** Its number among the callers of this provisioner, in the order in which they came. */
  readonly order: number
  /** In epoch milliseconds, by the ledger's time. */
  readonly at: number
}

/**
 * Environment variables for the container that the fleet names.
 *
 * @category models
 */
export type Environment = Readonly<Record<string, string>>

/**
 * A caller that asks for a worker.
 *
 * @category models
 */
export interface Caller {
  readonly arrival: Arrival
  readonly environment: Environment
}
