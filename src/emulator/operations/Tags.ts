/**
 * Tags, as they come with a call.
 */
type SentTags =
  | ReadonlyArray<{ readonly key?: string | null | undefined; readonly value?: string | null | undefined }>
  | null
  | undefined

/**
 * What is wrong with tags.
 *
 * @category getters
 */
export const tagsError = (tags: SentTags): string | undefined => {
  const all = tags ?? []
  if (all.length > 50) return "Tags can have at most 50 items."
  for (const tag of all) {
    const key = tag.key ?? ""
    if (key.length < 1 || key.length > 128) return "Tag key must be between 1 and 128 characters."
    if ((tag.value ?? "").length > 256) return "Tag value must be at most 256 characters."
    if (key.toLowerCase().startsWith("aws:")) return "Tag keys starting with 'aws:' are reserved for system use."
  }
  return undefined
}

/**
 * Tags without gaps: the last value of a key counts.
 *
 * @category getters
 */
export const tagsOf = (tags: SentTags): ReadonlyArray<{ readonly key: string; readonly value: string }> => {
  const values = new Map((tags ?? []).map((tag) => [tag.key ?? "", tag.value ?? ""] as const))
  return [...values].map(([key, value]) => ({ key, value }))
}
