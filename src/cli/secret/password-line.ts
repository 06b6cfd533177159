import { StringDecoder } from 'node:string_decoder'

export type PasswordLineState = 'typing' | 'done' | 'interrupted'

/** What is typed at a prompt without echo: a line with its editing keys. Fed with what a terminal in raw mode sends. */
export class PasswordLine {
  readonly #decoder = new StringDecoder('utf8')
  #characters: string[] = []

  get text(): string {
    return this.#characters.join('')
  }

  /** Takes what was typed; what follows the end of the line is not taken. */
  feed(bytes: Buffer): PasswordLineState {
    for (const character of this.#decoder.write(bytes)) {
      const state = this.#take(character)
      if (state !== 'typing') return state
    }
    return 'typing'
  }

  #take(character: string): PasswordLineState {
    if (character === '\r' || character === '\n') return 'done'
    // Ctrl-C; in raw mode the terminal makes no signal of it.
    if (character === '\x03') return 'interrupted'
    // Ctrl-D ends the input, as in a shell: with nothing typed there will be no password.
    if (character === '\x04') return this.#characters.length === 0 ? 'interrupted' : 'done'
    if (character === '\x7f' || character === '\b') this.#characters.pop()
    else if (character === '\x15') this.#characters = []
    else if (character >= ' ' || character === '\t') this.#characters.push(character)
    return 'typing'
  }
}
