import { isUtf8 } from 'node:buffer'
import { type ByteString, byteStringOf, textOf } from './byte-string.js'

const loneSurrogates = /[\udc80-\udcff]/u

/**
 * The bytes of text in which each byte that is not part of valid UTF-8 stands as a lone surrogate, U+DC80 to U+DCFF
 * (Python's PEP 383): so names that are no text travel in arguments and references without loss.
 */
export const byteStringOfEscapedText = (text: string): ByteString => {
  if (!loneSurrogates.test(text)) return byteStringOf(Buffer.from(text, 'utf8'))
  const parts = text.split(/([\udc80-\udcff])/u)
  return byteStringOf(
    Buffer.concat(parts.map((part, at) => (at % 2 === 1 ? escapedByte(part) : Buffer.from(part)))),
  )
}

/** The reverse: text, with a lone surrogate for every byte that is not part of valid UTF-8. */
export const escapedTextOf = (value: ByteString): string => {
  const decoded = textOf(value)
  if (!decoded.includes('\ufffd')) return decoded
  const bytes = Buffer.from(value, 'latin1')
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const sequence = bytes.subarray(at, at + sequenceLength(bytes[at]!))
    const isValid = isUtf8(sequence)
    text += isValid ? sequence.toString('utf8') : String.fromCharCode(0xdc00 + bytes[at]!)
    at += isValid ? sequence.length : 1
  }
  return text
}

const escapedByte = (surrogate: string): Buffer => Buffer.of(surrogate.charCodeAt(0) - 0xdc00)

/** By the first byte (RFC 3629 section 3); whether the sequence is valid is asked afterwards. */
const sequenceLength = (first: number): number => (first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4)
