/**
 * A fleet as users describe it.
 */
import type { Cap } from "../ledger/Change.ts"
import type * as Settings from "./Settings.ts"

/**
 * The description of a fleet as a user writes it: a plain object.
 *
 * **Gotchas**
 *
 * `startedBy` and `clientToken` of `RunTask` cannot be set: they carry the id of
 * the launch. To label workers there are `tags` and `group`.
 *
 * @category options
 */
export type Input = Description & Placement

/**
 * The fields of a description that mean the same wherever its tasks run.
 *
 * @category options
 */
export interface Description {
  /**
   * The name under which a ledger keeps the fleet. The default is `cluster/family`.
   *
   * Fleets that share a ledger and are in different accounts or regions, but have
   * the same names there, need ids of their own. The ledger knows where each fleet
   * is: a provisioner that calls ECS in another location is refused.
   */
  readonly id?: string | undefined
  /** The name or the ARN of the cluster. */
  readonly cluster: string
  /**
   * The task definition of the workers: `family:revision`, its ARN, or `family` for what is
   * its latest revision when the task is launched.
   *
   * The family has to be this fleet's alone: all its tasks in the cluster are
   * counted, also those of other programs. Prefer a revision: ECS may refuse to repeat an
   * unanswered launch once `family` means something else.
   */
  readonly taskDefinition: string
  /**
   * The most tasks that may be live at once, or `"unlimited"`. 0 launches nothing.
   *
   * A cap below what is live stops growth, and kills nothing.
   */
  readonly cap: Cap
  /**
   * The container of the task definition that is the worker.
   *
   * It is told its key and its launch in `FLEETCAP_KEY` and `FLEETCAP_LAUNCH`, and
   * gets `environment` and the container's part of `overrides`. Without a name,
   * nothing can be told.
   */
  readonly container?: string | undefined
  /** Variables for every worker, beside those of the task definition. All who may describe tasks can read them. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** The Fargate platform, such as `"1.4.0"`. The default of ECS is `"LATEST"`. */
  readonly platformVersion?: string | undefined
  /** The task group. The default of ECS is `family:` and the family. */
  readonly group?: string | undefined
  /** Tags of each task, up to 50. They need the right to `ecs:TagResource`, and are lost when the task is stopped. */
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** Whether the tags of the task definition are copied to each task. */
  readonly propagateTags?: "TASK_DEFINITION" | "NONE" | undefined
  /** Whether ECS adds its own tags, such as the cluster's name. */
  readonly enableECSManagedTags?: boolean | undefined
  /** Whether one may run commands in the tasks with ECS Exec. */
  readonly enableExecuteCommand?: boolean | undefined
  /** The differences from the task definition. */
  readonly overrides?: Overrides | undefined
  /**
   * Whether a key has at most one task for as long as that lives.
   *
   * A request for a key that has one is then answered with it. Otherwise callers
   * share a launch only until its verdict, and the next request for the key
   * launches another task.
   *
   * The in-memory ledger knows keys of its own process only: after a restart, a
   * task of the last one counts, but has no key. And a launch that had no verdict
   * for 45 minutes gives its key up.
   */
  readonly exclusiveKeys?: boolean | undefined
  /** Times, sizes and retries, where the defaults do not fit. */
  readonly settings?: Settings.Options | undefined
}

/**
 * Where tasks run, and the network that they need there.
 *
 * **Details**
 *
 * On Fargate every task has an address of its own in a subnet. On instances of a
 * cluster (EC2, Managed Instances) it has one if its task definition says `awsvpc`:
 * then the fleet names subnets, and else none, for ECS accepts no others. An external
 * instance has no subnet to give.
 *
 * @category options
 */
export type Placement =
  | Network & {
    /** The launch type of tasks. It is `"FARGATE"` unless another or a `capacityProviderStrategy` is given. */
    readonly launchType?: "FARGATE" | undefined
    readonly capacityProviderStrategy?: undefined
  }
  | (Network | NoNetwork) & {
    /**
     * The launch type of tasks. `"CLUSTER_DEFAULT"` is fleetcap's word for naming neither this nor a
     * strategy, so that the cluster's own default strategy decides.
     */
    readonly launchType: "EC2" | "MANAGED_INSTANCES" | "CLUSTER_DEFAULT"
    readonly capacityProviderStrategy?: undefined
  }
  | NoNetwork & {
    /** The launch type of tasks on instances outside of AWS. */
    readonly launchType: "EXTERNAL"
    readonly capacityProviderStrategy?: undefined
  }
  | (Network | NoNetwork) & {
    readonly launchType?: undefined
    /**
     * The capacity providers among which ECS chooses, instead of a `launchType`: 1 to 20, all of them
     * of Fargate, which needs subnets, or none.
     *
     * ECS applies a strategy to one call, and each call launches one task: a `base`
     * of 1 or more therefore sends every task to that provider.
     */
    readonly capacityProviderStrategy: ReadonlyArray<CapacityProvider>
  }

/**
 * The network of tasks that have an address of their own (`awsvpc`).
 *
 * @category options
 */
export interface Network {
  /** The ids of the subnets in which tasks are placed, such as `subnet-0a1b2c3d`: 1 to 16 of one VPC. */
  readonly subnets: ReadonlyArray<string>
  /** The ids of the security groups of each task, such as `sg-0a1b2c3d`: up to 5. Without any, those of the VPC's default. */
  readonly securityGroups?: ReadonlyArray<string> | undefined
  /**
   * Whether tasks get a public IP address. Without a NAT gateway they need one to pull their image.
   * With the launch type `"EC2"` there is none to enable.
   */
  readonly assignPublicIp?: "ENABLED" | "DISABLED" | undefined
}

/**
 * The network of tasks that use that of their instance (`bridge`, `host` or `none`).
 *
 * @category options
 */
export interface NoNetwork {
  readonly subnets?: undefined
  readonly securityGroups?: undefined
  readonly assignPublicIp?: undefined
}

/**
 * One capacity provider of a strategy.
 *
 * @category options
 */
export interface CapacityProvider {
  /** Its name, such as `"FARGATE_SPOT"`. The cluster has to be associated with it. */
  readonly capacityProvider: string
  /** Its share among the providers, from 0 to 1000. The default of ECS is 0. */
  readonly weight?: number | undefined
  /** The number of tasks of each call that it gets first, from 0 to 100,000. Just one provider may have one above 0. */
  readonly base?: number | undefined
}

/**
 * The overrides of a fleet's tasks.
 *
 * @category options
 */
export interface Overrides {
  /** The CPU of the task, in CPU units (`"1024"`) or vCPU (`"1 vCPU"`). */
  readonly cpu?: string | undefined
  /** The memory of the task, in MiB (`"2048"`) or GB (`"2 GB"`). */
  readonly memory?: string | undefined
  /** The role that the worker's code has: its name or ARN. */
  readonly taskRoleArn?: string | undefined
  /** The role with which ECS starts the task: its name or ARN. */
  readonly executionRoleArn?: string | undefined
  /** The task's disk on Fargate, from 20 to 200 GiB. */
  readonly ephemeralStorageGiB?: number | undefined
  /** The command of the container. */
  readonly command?: ReadonlyArray<string> | undefined
  /** The CPU of the container, in CPU units. */
  readonly containerCpu?: number | undefined
  /** The memory above which the container is killed, in MiB. */
  readonly containerMemory?: number | undefined
  /** The memory that is reserved for the container, in MiB. */
  readonly containerMemoryReservation?: number | undefined
}
