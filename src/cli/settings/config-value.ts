import { dirname, join, resolve } from 'node:path'
import { VarveError } from '../../index.js'
import type { Flag } from './flag.js'

/** What a value of the config file means for a flag. Throws `invalid-argument` without naming the place. */
export const configValue = (flag: Flag, value: unknown, file: string, home: string): unknown => {
  if (flag.kind === 'switch') {
    if (typeof value !== 'boolean') throw mustBe('true or false')
    return value
  }
  const text = (item: unknown): unknown => flag.parseText(placed(flag, textOf(flag, item), file, home))
  if (flag.kind === 'value') return isArgumentList(flag, value) ? value : text(value)
  return Array.isArray(value) ? value.map(text) : [text(value)]
}

/** `password-command = ["pass", "show", "backup"]` runs without a shell. */
const isArgumentList = (flag: Flag, value: unknown): boolean =>
  flag.key === 'password-command' &&
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((item) => typeof item === 'string')

const textOf = (flag: Flag, value: unknown): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && !flag.holdsPath) return String(value)
  throw mustBe('a text')
}

/**
 * A path in a config file is relative to that file, since nobody knows where varve will be started; `~/` is the home.
 * What is to be backed up stays as it is given, and so does a location such as `sftp:host:path`.
 */
const placed = (flag: Flag, text: string, file: string, home: string): string => {
  const isPath = flag.holdsPath || flag.key === 'paths'
  if (isPath && (text === '~' || text.startsWith('~/'))) return join(home, text.slice(1))
  if (!flag.holdsPath || text === '-' || /^[a-z][a-z0-9+.-]*:/i.test(text)) return text
  return resolve(dirname(file), text)
}

const mustBe = (what: string): VarveError => new VarveError('invalid-argument', `must be ${what}`)
