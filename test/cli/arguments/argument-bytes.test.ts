import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { argumentBytes, exactArguments } from '../../../src/cli/arguments/argument-bytes.js'
import { plainText } from '../../../src/cli/arguments/plain-text.js'
import { textOfPath } from '../../../src/index.js'

const commandLine = (...args: Buffer[]): Buffer => Buffer.concat(args.flatMap((arg) => [arg, Buffer.of(0)]))

describe('arguments with bytes that are not UTF-8', () => {
  it('come back as exactly the bytes that were typed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(argumentBytes(textOfPath(Buffer.from(bytes).toString('latin1')))).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('are taken from the end of the kernel’s command line, after node and its own flags', () => {
    const odd = Buffer.from([0x2f, 0xff, 0x61])
    const raw = commandLine(Buffer.from('node'), Buffer.from('main.js'), Buffer.from('backup'), odd)
    const args = exactArguments(['backup', odd.toString('utf8')], () => raw)
    expect(args[0]).toBe('backup')
    expect(argumentBytes(args[1]!)).toEqual(odd)
  })

  it('keep empty arguments in their place', () => {
    const odd = Buffer.from([0xfe])
    const raw = commandLine(Buffer.from('node'), Buffer.from('main.js'), Buffer.from(''), odd)
    expect(argumentBytes(exactArguments(['', '\ufffd'], () => raw)[1]!)).toEqual(odd)
  })

  it('stay as they are where the kernel tells nothing or something else', () => {
    expect(exactArguments(['\ufffd'], () => undefined)).toEqual(['\ufffd'])
    expect(exactArguments(['\ufffd'], () => commandLine(Buffer.from('other')))).toEqual(['\ufffd'])
  })

  it('do not make anybody read the command line when all of it is UTF-8', () => {
    const args = exactArguments(['backup', 'é'], () => {
      throw new Error('was read')
    })
    expect(args).toEqual(['backup', 'é'])
  })

  it('tell a typed U+FFFD from a byte that is none', () => {
    const typed = Buffer.from('\ufffd', 'utf8')
    const args = exactArguments(['\ufffd'], () => commandLine(typed))
    expect(argumentBytes(args[0]!)).toEqual(typed)
  })

  it('are refused where only text will do', () => {
    expect(plainText('tag é')).toBe('tag é')
    expect(() => plainText(textOfPath('\xff'))).toThrow('is not UTF-8')
  })
})
