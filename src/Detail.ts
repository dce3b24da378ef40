/**
 * The text that an error takes from another's words: one line of bounded length,
 * without what is secret.
 *
 * An answer may repeat its request: where a signature does not match, AWS does,
 * session token and all. So the secrets that the process knows are replaced in the
 * text, and besides them all that looks like a secret.
 */

const longest = 500

/** Nothing can be kept secret that is shorter, and to look for it would leave no word whole. */
const shortestSecret = 4

/** Another may have cut a secret. From so many of its first characters on, what is left of it gives it away. */
const shortestPart = 12

const shapes: ReadonlyArray<RegExp> = [
  /(?<=\b(?:x-amz-security-token|authorization|signature|credential|\w*token|\w*secret\w*|password)["']?\s*[=:]\s*)(?:bearer )?[^\s,]+/gi,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g,
  // Who logs in, and with what, to the host of a URL.
  /(?<=\b[a-z][a-z0-9+.-]*:\/\/)[^\s]+(?=@)/gi
]

const commonLength = (one: string, other: string): number => {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return length
}

/** A secret as it is, and as it is in a URL. */
const spellingsOf = (secret: string): ReadonlyArray<string> => [
  secret,
  encodeURIComponent(secret.replace(/\p{Surrogate}/gu, "\uFFFD"))
]

const without = (text: string, secret: string): string => {
  const spellings = spellingsOf(secret)
  const beginnings = new Set(spellings.map((spelling) => spelling.slice(0, shortestPart)))
  return [...beginnings].reduce((text, beginning) => {
    const [head = "", ...parts] = text.split(beginning)
    return parts.reduce((shown, part) => {
      const lengths = spellings
        .filter((spelling) => spelling.startsWith(beginning))
        .map((spelling) => commonLength(spelling.slice(beginning.length), part))
      return `${shown}***${part.slice(Math.max(...lengths))}`
    }, head)
  }, text)
}

/**
 * Returns what an error may show of a text.
 *
 * @category conversions
 */
export const of = (text: string, secrets: ReadonlyArray<string> = []): string => {
  const scrubbed = secrets.filter((secret) => secret.length >= shortestSecret).reduce(without, text)
  const line = cut(scrubbed.split(/[\r\n]/, 1).join(""), longest)
  return shapes.reduce((text, shape) => text.replace(shape, "***"), line)
}

/**
 * Returns the first characters of a text. It is cut where that may be in the middle of one.
 *
 * @category conversions
 */
export const cut = (text: string, length: number): string => text.slice(0, length).replace(/\p{Surrogate}$/u, "")
