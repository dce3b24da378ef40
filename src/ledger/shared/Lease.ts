/**
 * The lease of a holder: for how long it counts after it was last heard of, and how
 * often it sends a heartbeat to keep it.
 */

/**
 * How long after a holder was last heard of it is taken to be gone, unless it has
 * said another time: 10 seconds, in milliseconds.
 *
 * @category configuration
 */
export const defaultLease = 10_000

/**
 * The heartbeat interval of an idle holder, in milliseconds: a quarter
 * of its lease, so that one word that is late does not cost it.
 *
 * @category configuration
 */
export const heartbeat = (lease: number): number => lease / 4

/**
 * For how long a holder's line counts after it was last heard of: 3 seconds, in
 * milliseconds, or its lease where that is shorter. A request that waits with another
 * holder does not wait longer for one that is not there.
 *
 * @category configuration
 */
export const lineValidity = 3000

/**
 * How old what others know of a holder's line may be, in milliseconds.
 *
 * @category configuration
 */
export const lineHeartbeat = (lease: number): number => Math.min(lineValidity / 3, heartbeat(lease))

/**
 * For how long a holder that is gone is remembered: a day, in milliseconds. What
 * it sent and is still on its way is not taken for that of a new one.
 *
 * @category configuration
 */
export const memberRetention = 86_400_000
