/**
 * Patches that break a copy of the source on purpose: an instrument that finds
 * nothing is only worth something if it would find what is there.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** A patch: what is found exactly once in a file is replaced. */
export interface Patch {
  /** The path of the file, from `src`. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** Breaks the text of a file. It throws where the patch does not fit exactly once. */
export const applied = (text: string, { file, find, replace }: Patch): string => {
  const found = text.split(find).length - 1
  if (found !== 1) throw new Error(`the patch of ${file} fits ${found} times, and not once: ${find}`)
  return text.replace(find, () => replace)
}

/** Breaks a copy of the source. It throws where a patch does not fit exactly once. */
export const apply = (copy: string, patch: Patch): void => {
  const path = join(copy, patch.file)
  writeFileSync(path, applied(readFileSync(path, "utf8"), patch))
}
