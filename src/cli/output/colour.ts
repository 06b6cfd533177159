import type { Invocation } from '../invocation.js'

type Colour = 'red' | 'green' | 'yellow'

const codes: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33 }

export type Paint = (colour: Colour, text: string) => string

/** Colours for data on a terminal; none where NO_COLOR is set (no-color.org) or the terminal is dumb. */
export const paintFor = ({ output, environment }: Invocation): Paint => {
  const plain = !output.dataIsTerminal || Boolean(environment.NO_COLOR) || environment.TERM === 'dumb'
  return plain ? (_, text) => text : (colour, text) => `\x1b[${codes[colour]}m${text}\x1b[0m`
}
