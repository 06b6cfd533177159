export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** Lines of a table whose columns are as wide as their widest cell, with two spaces between; no line ends in spaces. */
export const tableLines = (columns: readonly Column[], rows: readonly (readonly string[])[]): string[] => {
  const titles = columns.map((column) => column.title)
  const widths = columns.map((_, index) =>
    Math.max(...[titles, ...rows].map((row) => textWidth(row[index] ?? ''))),
  )
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) => pad(cells[index] ?? '', widths[index]!, column.align ?? 'left'))
      .join('  ')
      .trimEnd()
  return [line(titles), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)]
}

/** Names with their values below each other, values starting in one column. */
export const factLines = (facts: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(...facts.map(([name]) => textWidth(name)))
  return facts.map(([name, value]) => `  ${pad(name, width, 'left')}  ${value}`)
}

const pad = (text: string, width: number, align: 'left' | 'right'): string => {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)))
  return align === 'left' ? text + space : space + text
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u

/** How many columns of a terminal a text takes: East Asian wide characters and pictures two, combining marks none. */
export const textWidth = (text: string): number => {
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

const characterWidth = (character: string): number => {
  if (character >= ' ' && character <= '~') return 1
  return /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1
}

/** At most `columns` wide; what is cut is the middle, since a path's end says most. */
export const shortenMiddle = (text: string, columns: number): string => {
  if (textWidth(text) <= columns) return text
  if (columns < 4) return ''
  const characters = [...text]
  const headColumns = Math.floor((columns - 1) / 3)
  const head = takeColumns(characters, headColumns)
  const tail = takeColumns(characters.toReversed(), columns - 1 - headColumns)
  return `${head.join('')}…${tail.toReversed().join('')}`
}

const takeColumns = (characters: readonly string[], columns: number): string[] => {
  const taken: string[] = []
  let width = 0
  for (const character of characters) {
    width += characterWidth(character)
    if (width > columns) break
    taken.push(character)
  }
  return taken
}
