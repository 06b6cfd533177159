import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SmallValues } from '../../src/filesystem/small-values.js'

let folder: string
let values: SmallValues

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'varve-values-')), 'deep', 'state')
  values = new SmallValues(folder)
})

afterEach(() => rmSync(join(folder, '..', '..'), { recursive: true, force: true }))

const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : Buffer.from(value).toString()

test('A value is what was set last, for every reader of the folder', () => {
  const other = new SmallValues(folder)
  values.set('keyring', Buffer.from('1'))
  expect(text(other.get('keyring'))).toBe('1')
  other.set('keyring', Buffer.from('2'))
  expect(text(values.get('keyring'))).toBe('2')
})

test('Reading makes no folder', () => {
  expect(values.get('keyring')).toBeUndefined()
  expect(existsSync(folder)).toBe(false)
})

test('A deleted value is gone, and one that was never there may be deleted', () => {
  values.set('a', Buffer.of(1))
  values.delete('a')
  values.delete('b')
  expect(values.get('a')).toBeUndefined()
})

test('A value of another form of name is a mistake of the caller', () => {
  for (const name of ['', '.', '..', 'a/b', 'a b', 'A', 'a\0'])
    expect(() => values.set(name, Buffer.of(1)), name).toThrow()
})

test('Nothing but values stays in the folder, also where a killed process left its half of one', () => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `keyring.${process.pid}`), 'half')
  values.set('keyring', Buffer.from('7'))
  expect(readdirSync(folder)).toEqual(['keyring'])
})

test('A value with any byte changed, or cut, or under another name, is gone', () => {
  values.set('keyring', Buffer.from('12'))
  const path = join(folder, 'keyring')
  const whole = readFileSync(path)
  renameSync(path, join(folder, 'other'))
  expect(values.get('other')).toBeUndefined()
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole)
    damaged[at]! ^= 8
    writeFileSync(path, damaged)
    expect(values.get('keyring'), `byte ${at}`).toBeUndefined()
    writeFileSync(path, whole.subarray(0, at))
    expect(values.get('keyring'), `cut at ${at}`).toBeUndefined()
  }
  writeFileSync(path, whole)
  expect(text(values.get('keyring'))).toBe('12')
})

test('Where the folder cannot be made, nothing is remembered and nothing fails', () => {
  const parent = join(folder, '..')
  mkdirSync(join(parent, '..'), { recursive: true })
  writeFileSync(parent, 'a file in the way')
  values.set('keyring', Buffer.from('1'))
  expect(values.get('keyring')).toBeUndefined()
  values.delete('keyring')
})

test.skipIf(process.getuid?.() === 0)('A folder that cannot be written to keeps what it has', () => {
  values.set('keyring', Buffer.from('1'))
  chmodSync(folder, 0o500)
  values.set('keyring', Buffer.from('2'))
  chmodSync(folder, 0o700)
  expect(text(values.get('keyring'))).toBe('1')
})
