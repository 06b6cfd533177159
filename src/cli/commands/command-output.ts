import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { VarveError } from '../../index.js'
import { printable } from '../output/quote.js'
import { type Environment, environmentForChildren } from '../settings/environment-layer.js'

/**
 * What a command prints, as a stream. It is run without a shell. The stream fails when the command does: half a
 * database must not look like a whole one.
 */
export async function* commandOutput(
  program: string,
  args: readonly string[],
  environment: Environment,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const child = spawn(program, [...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environmentForChildren(environment),
    signal,
  })
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  // Whoever reads may stop first; then nobody else hears of the failure.
  ended.catch(() => undefined)
  try {
    yield* child.stdout as AsyncIterable<Uint8Array>
    const [code, endedBy] = await ended.catch((cause: unknown) => {
      throw failed(program, cause instanceof Error ? cause.message : String(cause))
    })
    if (code !== 0)
      throw failed(
        program,
        endedBy === null ? `it ended with exit code ${code}` : `it was ended by ${endedBy}`,
      )
  } finally {
    child.kill()
  }
}

const failed = (program: string, why: string): VarveError =>
  new VarveError('source', `the command ${printable(program)} failed: ${why}`, {
    hint: 'No snapshot was made.',
  })
