import { openSync, writeSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import { VarveError } from '../../index.js'
import { PasswordLine } from './password-line.js'

/** Asks one question whose answer is not shown. */
export type AskHidden = (question: string) => Promise<string>

/**
 * Asks on the terminal that controls the process, not on standard input: that may be the data of a backup.
 * Throws `invalid-argument` when there is none, `interrupted` for Ctrl-C.
 */
export const askOnTerminal: AskHidden = async (question) => {
  const terminal = openTerminal()
  const input = new ReadStream(terminal)
  input.setRawMode(true)
  try {
    writeSync(terminal, question)
    return await readLine(input, () => writeSync(terminal, '\n'))
  } finally {
    input.setRawMode(false)
    // The stream owns the descriptor and closes it.
    input.destroy()
  }
}

/** `onEnd` is called when a key has ended the line, also Ctrl-C: what is said next must not stand behind the question. */
const readLine = (input: ReadStream, onEnd: () => void): Promise<string> =>
  new Promise((resolve, reject) => {
    const line = new PasswordLine()
    input.on('data', (bytes: Buffer) => {
      const state = line.feed(bytes)
      if (state === 'done' || state === 'interrupted') onEnd()
      if (state === 'done') resolve(line.text)
      if (state === 'interrupted') reject(new VarveError('interrupted', 'no password was given'))
    })
    const gone = (cause?: Error): void =>
      reject(new VarveError('interrupted', 'the terminal went away before a password was given', { cause }))
    input.on('error', gone)
    input.on('end', () => gone())
  })

const openTerminal = (): number => {
  try {
    return openSync('/dev/tty', 'r+')
  } catch (cause) {
    throw new VarveError('invalid-argument', 'a password is needed, and there is no terminal to ask for it', {
      hint: 'Use --password-file, --password-command or --key-file, or set VARVE_PASSWORD_FILE, VARVE_PASSWORD_COMMAND, VARVE_KEY_FILE or VARVE_PASSWORD.',
      cause,
    })
  }
}
