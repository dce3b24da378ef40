/**
 * The policies that are compared.
 */
import * as CountList from "./CountList.ts"
import * as Fleetcap from "./Fleetcap.ts"
import * as Permits from "./Permits.ts"
import type { Policy } from "./Policy.ts"
import * as RecentLaunches from "./RecentLaunches.ts"

/**
 * The policies that others use, and fleetcap last.
 *
 * @category constants
 */
export const all: ReadonlyArray<Policy> = [CountList.policy, RecentLaunches.policy, Permits.policy, Fleetcap.policy]
