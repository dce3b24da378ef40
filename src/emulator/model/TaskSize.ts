/**
 * The sizes of tasks: CPU units and MiB, and the pairs of them that Fargate has.
 */

const units: { readonly [kind in "cpu" | "memory"]: ReadonlyArray<readonly [RegExp, number]> } = {
  cpu: [[/^([0-9]+)$/, 1], [/^([0-9]*\.?[0-9]+) *vcpu$/i, 1024]],
  memory: [[/^([0-9]+)$/, 1], [/^([0-9]*\.?[0-9]+) *gb$/i, 1024]]
}

/**
 * Reads a size as ECS does: `256` or `.25 vCPU`, `512` or `0.5 GB`.
 *
 * @category constructors
 */
export const parse = (kind: "cpu" | "memory", text: string): number | undefined => {
  for (const [pattern, scale] of units[kind]) {
    const [, digits] = pattern.exec(text.trim()) ?? []
    if (digits !== undefined) return Math.round(Number(digits) * scale)
  }
  return undefined
}

/**
 * The memory that Fargate has for each number of CPU units
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html}).
 */
const fargate: ReadonlyMap<number, { readonly min: number; readonly max: number; readonly step: number }> = new Map([
  [256, { min: 512, max: 2048, step: 512 }],
  [512, { min: 1024, max: 4096, step: 1024 }],
  [1024, { min: 2048, max: 8192, step: 1024 }],
  [2048, { min: 4096, max: 16_384, step: 1024 }],
  [4096, { min: 8192, max: 30_720, step: 1024 }],
  [8192, { min: 16_384, max: 61_440, step: 4096 }],
  [16_384, { min: 32_768, max: 122_880, step: 8192 }]
])

/**
 * Returns whether Fargate has tasks of this size.
 *
 * @category guards
 */
export const isFargate = (cpu: number, memory: number): boolean => {
  const range = fargate.get(cpu)
  if (range === undefined || memory < range.min || memory > range.max) return false
  // The smallest tasks have 0.5, 1 or 2 GB.
  return memory % range.step === 0 && !(cpu === 256 && memory === 1536)
}
