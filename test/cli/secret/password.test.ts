import { describe, expect, it } from 'vitest'
import { askNewPassword } from '../../../src/cli/secret/new-password.js'
import { passwordFromCommand } from '../../../src/cli/secret/password-command.js'
import { PasswordLine } from '../../../src/cli/secret/password-line.js'

const typed = (...pieces: (string | Buffer)[]) => {
  const line = new PasswordLine()
  const states = pieces.map((piece) => line.feed(Buffer.from(piece as string)))
  return { state: states.at(-1), text: line.text }
}

describe('a password that is typed', () => {
  it('ends with the return key', () => {
    expect(typed('sec', 'ret\r')).toEqual({ state: 'done', text: 'secret' })
    expect(typed('secret')).toEqual({ state: 'typing', text: 'secret' })
  })

  it('can be corrected, a character or the whole line', () => {
    expect(typed('sex\x7fcret\r').text).toBe('secret')
    expect(typed('é\x7f\x7fa\r').text).toBe('a')
    expect(typed('wrong\x15right\r').text).toBe('right')
  })

  it('may hold characters of several bytes, wherever they are cut', () => {
    const bytes = Buffer.from('é🙂\r')
    expect(typed(...[...bytes].map((byte) => Buffer.of(byte)))).toEqual({ state: 'done', text: 'é🙂' })
  })

  it('is given up with Ctrl-C, or Ctrl-D before anything is typed', () => {
    expect(typed('sec\x03').state).toBe('interrupted')
    expect(typed('\x04').state).toBe('interrupted')
    expect(typed('sec\x04')).toEqual({ state: 'done', text: 'sec' })
  })
})

describe('a new password', () => {
  const answers =
    (...given: string[]) =>
    async () =>
      given.shift() ?? ''

  it('is asked for twice', async () => {
    expect(await askNewPassword(answers('a', 'a'), 'New password')).toBe('a')
    await expect(askNewPassword(answers('a', 'b'), 'New password')).rejects.toThrow('differ')
  })

  it('is not empty', async () => {
    await expect(askNewPassword(answers('', ''), 'New password')).rejects.toThrow('must not be empty')
  })
})

describe('a password command', () => {
  it('gives the first line that it prints, with a shell for a text and without one for a list', async () => {
    expect(await passwordFromCommand('echo one && echo two', {})).toBe('one')
    expect(await passwordFromCommand(['printf', '%s', 'a b; echo c'], { PATH: process.env.PATH })).toBe(
      'a b; echo c',
    )
  })

  it('that fails is an error, whatever it printed', async () => {
    await expect(passwordFromCommand('echo secret; exit 3', {})).rejects.toThrow('exit code 3')
    await expect(passwordFromCommand('kill -9 $$', {})).rejects.toThrow('SIGKILL')
    await expect(passwordFromCommand(['/nonexistent/program'], {})).rejects.toThrow('ENOENT')
    await expect(passwordFromCommand('true', {})).rejects.toThrow('is empty')
  })

  it('that prints without end is stopped', async () => {
    await expect(passwordFromCommand(['yes'], { PATH: process.env.PATH })).rejects.toThrow('more than 64 KiB')
  })

  it('does not see the password in the environment', async () => {
    const environment = { PATH: process.env.PATH, VARVE_PASSWORD: 'x' }
    expect(await passwordFromCommand('echo "[$VARVE_PASSWORD]"', environment)).toBe('[]')
  })
})
