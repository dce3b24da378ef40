/**
 * Text inside of HTML and SVG.
 */

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&#39;"
}

/**
 * Escapes a text for elements and attributes.
 *
 * @category formatting
 */
export const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? "")

/**
 * Escapes a text, and shows what stands between backticks as code.
 *
 * @category formatting
 */
export const inline = (text: string): string => escape(text).replace(/`([^`]+)`/g, "<code>$1</code>")

/**
 * Returns a text without the backticks, for where there is no code.
 *
 * @category formatting
 */
export const plain = (text: string): string => text.replaceAll("`", "")

/**
 * Writes a coordinate: a tenth of a pixel is finer than the eye sees.
 *
 * @category formatting
 */
export const coordinate = (value: number): string => String(Math.round(value * 10) / 10)
