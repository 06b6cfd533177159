import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { describeError } from '../../src/cli/describe-error.js'
import { exitCodeOf } from '../../src/cli/exit-code.js'
import { BackendError, CorruptError, VarveError } from '../../src/errors.js'
import { parsed } from './settings/parsed-command.js'

const thrownBy = (action: () => Promise<unknown>): Promise<unknown> =>
  action().then(
    () => undefined,
    (error: unknown) => error,
  )

describe('an error', () => {
  it('of the library keeps its code, its message and its hint', () => {
    const error = new VarveError('no-repository', 'there is no repository at x', {
      hint: 'Run `varve init`.',
    })
    expect(describeError(error)).toEqual({
      code: 'no-repository',
      message: 'there is no repository at x',
      hint: 'Run `varve init`.',
    })
  })

  it('in the arguments names what is close', async () => {
    expect(describeError(await thrownBy(() => parsed('bakcup', '.')))).toEqual({
      code: 'usage',
      message: "unknown command 'bakcup'",
      hint: 'Did you mean backup?',
    })
    expect(describeError(await thrownBy(() => parsed('ls', '--zzz')))).toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('--help'),
    })
  })

  it('of the operating system is none of the program', async () => {
    const error = await thrownBy(() => readFile('/nonexistent/file'))
    expect(describeError(error)).toMatchObject({
      code: 'backend',
      message: expect.stringContaining('/nonexistent/file'),
    })
    const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' })
    expect(describeError(full).code).toBe('no-space')
  })

  it('of the program says so, without a stack trace', () => {
    const { code, message } = describeError(new TypeError('x is undefined'))
    expect(code).toBe('internal')
    expect(message).not.toContain('\n')
  })

  it('by an aborted signal is an interruption', () => {
    const aborted = AbortSignal.abort()
    expect(describeError(aborted.reason).code).toBe('interrupted')
  })
})

describe('the exit code', () => {
  it.each([
    [new VarveError('no-repository', 'x'), 10],
    [new VarveError('wrong-password', 'x'), 12],
    [new VarveError('interrupted', 'x'), 130],
    [new VarveError('invalid-argument', 'x'), 1],
    [new CorruptError('packs/1', 'x'), 1],
    [new BackendError('x', true), 1],
    [new TypeError('x'), 1],
  ])('of %s is %d', (error, code) => {
    expect(exitCodeOf(describeError(error).code)).toBe(code)
  })
})
