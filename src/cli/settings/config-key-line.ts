import { parse } from 'smol-toml'

/**
 * The line, from 1, on which a key of a TOML document stands; the parser does not tell. The document is cut after each
 * line: the first cut that is valid TOML and knows the key ends with it, and the line after the last valid cut
 * before that is where it begins (a value may go over several lines, and cuts inside it are no TOML).
 */
export const configKeyLine = (text: string, path: readonly string[]): number => {
  const lines = text.split('\n')
  let begin = 0
  for (let end = 1; end <= lines.length; end++) {
    // With its line end, or a cut after a carriage return would be no TOML.
    const table = parseCut(`${lines.slice(0, end).join('\n')}\n`)
    if (table === undefined) continue
    if (hasKey(table, path)) return begin + 1
    begin = end
  }
  return lines.length
}

const parseCut = (text: string): unknown => {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

const hasKey = (table: unknown, path: readonly string[]): boolean => {
  let value: unknown = table
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false
    value = (value as Record<string, unknown>)[key]
  }
  return true
}
