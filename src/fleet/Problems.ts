/**
 * Names the problems of a user's input, in plain words.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

/**
 * One thing that is wrong: where, and why.
 *
 * @category schemas
 */
export const Problem = Schema.Struct({
  /** The field as one would write it, such as `subnets` or `capacityProviderStrategy[0].weight`. */
  field: Schema.String,
  /** The reason why it is wrong, such as `expected 1 to 16 subnets, got 0`. */
  reason: Schema.String
})

/**
 * One thing that is wrong: where, and why.
 *
 * @category models
 */
export type Problem = typeof Problem.Type

/**
 * Lets a schema say one thing, whatever it was that did not fit: `expected a
 * duration such as "30 seconds", got "soon"`.
 *
 * @category combinators
 */
export const expecting = (wording: string) => <S extends Schema.Constraint>(schema: S) =>
  Schema.catchDecoding<S>((issue) =>
    Effect.fail(new SchemaIssue.InvalidValue({ expected: wording }, issue.input, { reportInput: true }))
  )(schema)

/**
 * Lists the problems that a schema found. `whole` stands for the value itself.
 *
 * @category constructors
 */
export const fromIssue = (issue: SchemaIssue.Issue, whole: string): ReadonlyArray<Problem> =>
  format(issue).issues.map(({ message, path }) => ({
    field: pathText(path ?? []) || whole,
    // A field that may be left out is not a field that may be written as undefined.
    reason: message.replace(/^E/, "e").replace(" | undefined", "")
  }))

/**
 * Writes problems in one line.
 *
 * @category formatting
 */
export const oneLine = (problems: ReadonlyArray<Problem>): string =>
  problems.map(({ field, reason }) => `${field}: ${reason}`).join("; ")

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    switch (issue._tag) {
      case "MissingKey":
        return "is missing"
      case "UnexpectedKey":
        return "is not a known field"
      default:
        return SchemaIssue.defaultLeafHook(issue)
    }
  }
})

type Segment = PropertyKey | { readonly key: PropertyKey }

const pathText = (path: ReadonlyArray<Segment>): string =>
  path.reduce<string>((text, segment) => {
    const key = typeof segment === "object" ? segment.key : segment
    if (typeof key === "number") return `${text}[${key}]`
    if (!/^[\w-]+$/.test(String(key))) return `${text}[${JSON.stringify(String(key))}]`
    return text === "" ? String(key) : `${text}.${String(key)}`
  }, "")
