import { describe, expect, it } from 'vitest'
import { commandOutput } from '../../../src/cli/commands/command-output.js'

const environment = { PATH: process.env.PATH, VARVE_PASSWORD: 'secret' }
const never = new AbortController().signal

const printed = async (program: string, ...args: string[]): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of commandOutput(program, args, environment, never)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

describe('the output of a command as a stream', () => {
  it('is all that it prints, and no shell is between', async () => {
    expect(await printed('printf', '%s', '$HOME; echo x')).toBe('$HOME; echo x')
  })

  it('fails when the command fails, after everything that it printed', async () => {
    await expect(printed('sh', '-c', 'echo half; exit 7')).rejects.toThrow('exit code 7')
    await expect(printed('sh', '-c', 'kill -9 $$')).rejects.toThrow('SIGKILL')
    await expect(printed('/nonexistent/program')).rejects.toThrow('ENOENT')
  })

  it('ends the command when nobody reads on', async () => {
    let taken = 0
    for await (const chunk of commandOutput('yes', [], environment, never)) {
      taken += chunk.length
      break
    }
    expect(taken).toBeGreaterThan(0)
  })

  it('does not show the password to the command', async () => {
    expect(await printed('sh', '-c', 'echo "[$VARVE_PASSWORD]"')).toBe('[]\n')
  })
})
