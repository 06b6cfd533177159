/**
 * A sequence of bytes held as a latin1 JavaScript string: one UTF-16 unit, 0 to 255, for each byte.
 * File names on Linux are bytes, not text; this form compares, sorts and joins at string speed and loses nothing.
 */
export type ByteString = string & { readonly byteString: unique symbol }

/** Takes raw bytes over, one unit for each byte. */
export const byteStringOf = (bytes: Uint8Array): ByteString =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1') as ByteString

/** The UTF-8 bytes of ordinary text, as a command line or a configuration file gives it. */
export const byteStringOfText = (text: string): ByteString =>
  (isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1')) as ByteString

export const bytesOf = (value: ByteString): Buffer => Buffer.from(value, 'latin1')

/** What a person sees: UTF-8 where the bytes are valid UTF-8, U+FFFD for the rest. Never use it to open a file. */
export const textOf = (value: ByteString): string =>
  isAscii(value) ? value : Buffer.from(value, 'latin1').toString('utf8')

/** A path as node:fs wants it: ASCII goes as it is (no allocation), everything else as the exact bytes. */
export const fsPathOf = (value: ByteString): string | Buffer =>
  isAscii(value) ? value : Buffer.from(value, 'latin1')

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole ASCII range is what is meant
const asciiOnly = /^[\x00-\x7f]*$/
const isAscii = (text: string): boolean => asciiOnly.test(text)
