/**
 * The lease of a holder: the time that it counts after it was last heard of, and the
 * heartbeats that keep it.
 */

/**
 * The time after which a holder that is not heard of is taken to be gone, unless it
 * has said another: 10 seconds, in milliseconds.
 *
 * @category configuration
 */
export const defaultLease = 10_000

/**
 * Returns the heartbeat interval of an idle holder, in milliseconds: a quarter of its
 * lease, so that one late heartbeat does not cost it.
 *
 * @category configuration
 */
export const heartbeat = (lease: number): number => lease / 4

/**
 * The time that a holder's line counts after it was last heard of: 3 seconds, in
 * milliseconds, or its lease where that is shorter. A request that waits with another
 * holder does not wait longer for one that is not there.
 *
 * @category configuration
 */
export const lineValidity = 3000

/**
 * Returns the heartbeat interval of a holder with requests in line, in milliseconds:
 * what the others know of its line is no older.
 *
 * @category configuration
 */
export const lineHeartbeat = (lease: number): number => Math.min(lineValidity / 3, heartbeat(lease))

/**
 * The time that a holder that is gone is remembered: a day, in milliseconds. A batch of
 * it that is still on its way is not taken for that of a new one.
 *
 * @category configuration
 */
export const memberRetention = 86_400_000
