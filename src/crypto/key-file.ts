import assert from 'node:assert/strict'
import { VarveError } from '../errors.js'

const secretSizeBytes = 32
const textSize = 2 * secretSizeBytes + 1

/** The text of a key file: 64 lower-case hexadecimal digits and a newline. */
export function formatKeyFile(secret: Uint8Array): string {
  assert.equal(secret.byteLength, secretSizeBytes)
  return `${Buffer.from(secret).toString('hex')}\n`
}

/**
 * The 32 secret bytes of a key file. Nothing but its exact form is taken: a file that was cut short, or the wrong file,
 * must not become some other key.
 * @throws {VarveError} 'invalid-argument'; the message tells what is wrong, and never a character of the file.
 */
export function parseKeyFile(text: string): Buffer {
  const wrong = whatIsWrong(text)
  if (wrong === undefined) return Buffer.from(text.slice(0, -1), 'hex')
  throw new VarveError('invalid-argument', `not a key file: ${wrong}`, {
    hint: 'A key file is exactly 64 hexadecimal digits and one newline.',
  })
}

function whatIsWrong(text: string): string | undefined {
  if (text.length === 0) return 'it is empty'
  if (text.includes('\r')) return 'its line ends with a carriage return (CRLF)'
  const other = text.search(/[^0-9a-fA-F\n]/)
  if (other >= 0) return `character ${other + 1} is not a hexadecimal digit`
  if (!text.endsWith('\n')) return 'it does not end with a newline'
  if (text.indexOf('\n') !== text.length - 1) return 'it has more than one line'
  if (text.length !== textSize) return `it has ${text.length - 1} digits`
  return undefined
}
