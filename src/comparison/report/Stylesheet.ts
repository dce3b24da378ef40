/**
 * The style of the page and of the pictures of a comparison, in light and dark.
 */

/**
 * The colours, in light and dark.
 *
 * @category constants
 */
export const palette = `
:root {
  color-scheme: light dark;
  --page: #f7f6f3; --card: #ffffff; --ink: #1c2026; --muted: #5c6570; --rule: #e2dfd8;
  --fleet: #2b6cd4; --over: #cf3527; --good: #167347; --mark: #eef4ff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #11141a; --card: #191e26; --ink: #e9ecf0; --muted: #9ba6b3; --rule: #2b323d;
    --fleet: #6fa8ff; --over: #ff7466; --good: #52c78f; --mark: #1b2738;
  }
}
`

/**
 * The style of what charts consist of.
 *
 * @category constants
 */
export const charts = `
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--muted); font-variant-numeric: tabular-nums; }
svg text.cap { fill: var(--ink); font-weight: 600; }
svg text.over { fill: var(--over); font-weight: 600; }
svg text.held { fill: var(--good); font-weight: 600; }
svg text.many { fill: var(--card); font-weight: 700; }
svg text.name { fill: var(--ink); font-size: 15px; font-weight: 600; }
.fleet-area { fill: var(--fleet); fill-opacity: 0.2; }
.over-area { fill: var(--over); fill-opacity: 0.85; }
.fleet-line { fill: none; stroke: var(--fleet); stroke-width: 1.5; stroke-linejoin: round; }
.axis { fill: none; stroke: var(--rule); }
.worlds .cap-line { stroke-opacity: 0.5; }
.cap-line { fill: none; stroke: var(--ink); stroke-width: 1.25; stroke-dasharray: 4 3; }
.over-zone { fill: var(--over); fill-opacity: 0.07; }
.dot { fill: var(--fleet); fill-opacity: 0.85; stroke: var(--card); stroke-width: 1; }
.dot.over { fill: var(--over); }
`

/**
 * The style sheet of the page.
 *
 * @category constants
 */
export const css = `${palette}* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 1200px; margin: 0 auto; padding: 56px 24px 72px; }
h1 { font-size: clamp(30px, 5vw, 46px); line-height: 1.1; letter-spacing: -0.02em; margin: 0 0 16px; }
h2 { font-size: 20px; line-height: 1.3; margin: 0; letter-spacing: -0.01em; }
h3 { font-size: 15px; margin: 0; }
p { margin: 0; }
code { font: 0.92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.wordmark { font-weight: 650; color: var(--fleet); margin-bottom: 12px; }
.lede { max-width: 46em; font-size: 18px; color: var(--muted); }
.key { display: flex; flex-wrap: wrap; gap: 8px 24px; margin: 20px 0 0; padding: 0; list-style: none; color: var(--muted); font-size: 14px; }
.key li::before { content: ""; display: inline-block; width: 18px; height: 10px; margin-right: 8px; border-radius: 2px; }
.key .k-fleet::before { background: color-mix(in srgb, var(--fleet) 30%, transparent); border-top: 2px solid var(--fleet); }
.key .k-over::before { background: var(--over); }
.key .k-cap::before { height: 0; border-top: 2px dashed var(--ink); border-radius: 0; vertical-align: middle; }
.grid { display: grid; gap: 14px; grid-template-columns: repeat(4, minmax(0, 1fr)); }
.scores { margin: 40px 0 56px; }
.score { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 18px 18px 16px; display: flex; flex-direction: column; }
.score.ours, .panel.ours { border-color: var(--fleet); background: var(--mark); }
.score .what { color: var(--muted); font-size: 14px; margin: 4px 0 16px; flex: 1; }
.score .big { font-size: 34px; font-weight: 650; line-height: 1; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.score .big small { display: block; margin-top: 6px; line-height: 1.3; font-size: 15px; font-weight: 400; letter-spacing: 0; color: var(--muted); }
.score ul { list-style: none; margin: 12px 0 0; padding: 0; font-size: 14px; }
section { margin: 0 0 44px; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; margin-bottom: 12px; }
.head p { color: var(--muted); }
.panel { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 12px 14px 10px; margin: 0; }
.panel figcaption { display: grid; grid-template-columns: 1fr auto; gap: 0 8px; font-size: 14px; margin-bottom: 6px; }
.panel .verdict { text-align: right; font-weight: 600; }
.panel .facts { grid-column: 1 / -1; color: var(--muted); font-size: 13px; }
.bad { color: var(--over); }
.good { color: var(--good); }
svg { display: block; width: 100%; height: auto; overflow: visible; }${charts}.wide { overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 18px; }
.wide svg { min-width: 760px; }
details summary { cursor: pointer; font-weight: 600; padding: 4px 0 12px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; white-space: nowrap; }
th, td { padding: 5px 6px; text-align: right; vertical-align: bottom; border-bottom: 1px solid var(--rule); }
th { color: var(--muted); font-weight: 500; white-space: normal; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tbody th { white-space: nowrap; color: var(--ink); font-weight: 600; padding-top: 18px; }
.notes { color: var(--muted); max-width: 52em; font-size: 15px; }
.notes ul { padding-left: 20px; margin: 10px 0 16px; }
.notes li { margin: 4px 0; }
@media (max-width: 1000px) { .grid { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (max-width: 560px) { .grid { grid-template-columns: minmax(0, 1fr); } main { padding: 32px 16px 48px; } }
@media print { section, .score { break-inside: avoid; } }
`
