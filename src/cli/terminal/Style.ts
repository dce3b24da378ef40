/**
 * Colours for terminals that have them, and nothing for the others.
 */

/**
 * Ways to write a text so that it stands out.
 *
 * @category models
 */
export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
}

const sgr = (on: number, off: number) => (text: string): string =>
  text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`

/**
 * Writes with colours.
 *
 * @category constructors
 */
export const colored: Style = { bold: sgr(1, 22), dim: sgr(2, 22), red: sgr(31, 39), green: sgr(32, 39) }

const asIs = (text: string): string => text

/**
 * Writes plain text.
 *
 * @category constructors
 */
export const plain: Style = { bold: asIs, dim: asIs, red: asIs, green: asIs }
