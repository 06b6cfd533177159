import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { VarveError } from '../../index.js'
import { type Environment, environmentForChildren } from '../settings/environment-layer.js'
import { firstLine, secretBytesMax } from './secret-file.js'

/**
 * Runs a command and takes the first line of its output. A text goes through the shell, as a person typed it; a list
 * is run as it stands. The command may ask on the terminal itself.
 */
export const passwordFromCommand = async (
  command: string | readonly string[],
  environment: Environment,
): Promise<string> => {
  const [program, ...rest] = typeof command === 'string' ? ['/bin/sh', '-c', command] : command
  const child = spawn(program!, rest, {
    stdio: ['inherit', 'pipe', 'inherit'],
    env: environmentForChildren(environment),
  })
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  // The reader below may fail first; then this one's failure has nobody else to hear it.
  ended.catch(() => undefined)
  const output = await readOutput(child.stdout, () => child.kill())
  const [code, signal] = await ended.catch((cause: unknown) => {
    throw failed(cause instanceof Error ? cause.message : String(cause))
  })
  if (code !== 0)
    throw failed(signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`)
  return firstLine(output, 'the password command', 'password')
}

const readOutput = async (stream: AsyncIterable<Buffer>, stop: () => void): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    if (length > secretBytesMax) {
      stop()
      throw failed('it printed more than 64 KiB')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const failed = (why: string): VarveError =>
  new VarveError('invalid-argument', `the password command failed: ${why}`, {
    hint: 'It must print the password as the first line of its output and end with exit code 0.',
  })
