/**
 * The times and numbers that safety has fixed, with the fact that each rests on. All times
 * are in milliseconds. None of them is a setting.
 */
const minute = 60_000

/**
 * The time after its first send in which a launch may be sent again with its token:
 * 45 minutes, in milliseconds.
 *
 * ECS remembers a token for 24 hours, or until one hour after the last of its tasks has
 * stopped, and so for one hour at least
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html}).
 * After that the same token launches a second task, so that the last attempt has to
 * arrive well before.
 *
 * @category configuration
 */
export const replayWindow = 45 * minute

/**
 * The time in which an attempt may be sent once the gate has let it through: 30
 * seconds, in milliseconds.
 *
 * The gate has counted the fleet. An attempt that waited longer would act on a
 * count, and on a right to send, that may no longer hold.
 *
 * @category configuration
 */
export const gateValidity = 30_000

/**
 * The time in which AWS accepts a signed request: 5 minutes, in milliseconds.
 *
 * AWS denies a request that arrives later than five minutes after its time stamp, "in
 * most cases" ({@link https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html}).
 * One that is stuck on its way can launch its task until then.
 *
 * @category configuration
 */
export const signatureLifetime = 5 * minute

/**
 * The time for which a task has to be known before its slot may be freed because ECS does
 * not know it: 65 minutes, in milliseconds.
 *
 * ECS describes a stopped task for at least one hour
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html}).
 * One that is missing sooner has not been forgotten: it is not shown yet.
 *
 * @category configuration
 */
export const stoppedRetention = 65 * minute

/**
 * The distance of two readings that both miss a task, before its slot is freed: 5
 * minutes, in milliseconds.
 *
 * ECS is eventually consistent: AWS bounds the lag of its answers nowhere, and advises to
 * ask again for up to five minutes
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html}).
 *
 * @category configuration
 */
export const missingSpacing = 5 * minute

/**
 * The least time for which the ARN of a freed task is remembered: 65 minutes, in
 * milliseconds.
 *
 * A list that is behind still shows it, and would bring its slot back. ECS itself
 * remembers a stopped task for about one hour: at least that, says AWS
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html}),
 * and names no upper bound. See {@link stoppedRetention}.
 *
 * @category configuration
 */
export const goneRetention = 65 * minute

/**
 * The most reads of ECS that a fleet makes per second, on average.
 *
 * All that runs in an account and region shares 20 reads a second
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html}): a fleet may
 * not starve the others, nor itself.
 *
 * @category configuration
 */
export const readsPerSecond = 5

/**
 * The most pages that a list of tasks may have: 1000.
 *
 * A page holds 100 tasks
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html}).
 * Fargate launches 20 tasks a second by default
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html}), and
 * ECS lists a stopped one for an hour, so that the longest list there can be, that of
 * the stopped tasks, has 720 pages. A list that goes on does not come from ECS, or never
 * ends.
 *
 * @category configuration
 */
export const listPageLimit = 1000

/**
 * The time for which a listed task may go without a description before that is worth a
 * warning: one minute, in milliseconds. A new one may be listed before it can be
 * described.
 *
 * @category configuration
 */
export const undescribedAfter = minute

/**
 * The time that a turn to read may take before another holder may take it: 15 seconds,
 * in milliseconds, and {@link turnLimitPerPage} for each hundred tasks.
 *
 * Half of what a request waits by default: one that waits for a reader that hangs is
 * still answered. A reader that is only slow loses nothing but its turn: what it
 * reads counts.
 *
 * @category configuration
 */
export const turnLimitBase = 15_000

/**
 * The time that is added to a turn to read for each hundred tasks: 2 seconds, in
 * milliseconds.
 *
 * They are a page of each list and one description, of which each takes well under
 * half a second when ECS is well.
 *
 * @category configuration
 */
export const turnLimitPerPage = 2000

/**
 * The longest that the others wait after a reading that failed, in milliseconds: a
 * second. What the failed reading has used up of the budget, its holder alone waits
 * for.
 *
 * @category configuration
 */
export const restAfterFailure = 1000

/**
 * The time for which a holder that could not read lets the others go first, the first time: 2
 * seconds, in milliseconds. Each time that they could read meanwhile makes it four
 * times as long.
 *
 * The others ask for the turn once in a `readingInterval`, a second by default.
 *
 * @category configuration
 */
export const standBackBase = 2000

/**
 * The longest that a holder that could not read lets the others go first: 30
 * seconds, in milliseconds.
 *
 * That is longer than a reading serves, so that a fleet that is asked all the time
 * is not read by such a holder any more; and when the others are gone it reads again
 * within that time.
 *
 * @category configuration
 */
export const standBackMax = 30_000
