/**
 * Identifiers that are derived from a text: the same text always has the same one, so that
 * nothing has to be drawn or kept for them.
 */
import * as Prng from "./Prng.ts"

/**
 * Returns 32 hexadecimal digits that a text always has, and hardly another one.
 *
 * @category constructors
 */
export const hex32Of = (text: string): string => {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return Prng.hex32(Prng.make(hash, 0))
}

/**
 * Returns the UUID of a part of a task. Each salt, a hexadecimal digit, gives another one.
 *
 * @category constructors
 */
export const uuidOf = (taskId: string, salt: string): string =>
  `${taskId.slice(0, 8)}-${taskId.slice(8, 12)}-4${taskId.slice(13, 16)}-a${taskId.slice(17, 20)}-${salt}${
    taskId.slice(21, 32)
  }`
