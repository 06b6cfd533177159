import { isUtf8 } from 'node:buffer'

/**
 * What must not reach a terminal as it is: control characters (escape sequences start with one), format characters
 * (bidirectional marks turn text around, zero-width ones hide it), line and paragraph separators, lone surrogates.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const unsafeEach = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** A name that would be misread without quotes: empty, with space at an end, or itself with a quotation mark in front. */
const misleading = /^$|^[\s"]|\s$/u

/**
 * A name from the file system or a repository as people see it: as it is where that is harmless, otherwise in quotes
 * with `\n`, `\x1b`, `\u{202e}` and, for bytes that are not UTF-8, `\xff`. Two different names never look the same.
 * @param name bytes in a latin1 string
 */
export const quoteName = (name: string): string => {
  const bytes = Buffer.from(name, 'latin1')
  if (!isUtf8(bytes)) return `"${quoteBroken(bytes)}"`
  const text = bytes.toString('utf8')
  return unsafe.test(text) || misleading.test(text) ? `"${escapeQuoted(text)}"` : text
}

/** A message that may hold names: harmless on a terminal, without quotes around it. */
export const printable = (text: string): string => text.replace(unsafeEach, escapeCharacter)

const escapeQuoted = (text: string): string =>
  text.replace(/[\\"]/g, '\\$&').replace(unsafeEach, escapeCharacter)

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }

const escapeCharacter = (character: string): string => {
  const code = character.codePointAt(0)!
  // Above 0x7f, \x stands for a byte that is not UTF-8.
  return short[character] ?? (code < 0x80 ? `\\x${hex(code)}` : `\\u{${hex(code)}}`)
}

/** Valid stretches as text, every other byte as `\xNN`. */
const quoteBroken = (bytes: Buffer): string => {
  let quoted = ''
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find(
      (size) => at + size <= bytes.length && isUtf8(bytes.subarray(at, at + size)),
    )
    quoted +=
      length === undefined ? `\\x${hex(bytes[at]!)}` : escapeQuoted(bytes.toString('utf8', at, at + length))
    at += length ?? 1
  }
  return quoted
}

const hex = (value: number): string => value.toString(16).padStart(2, '0')
