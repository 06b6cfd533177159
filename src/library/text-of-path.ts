import type { ByteString } from '../bytes/byte-string.js'
import { escapedTextOf } from '../bytes/escaped-text.js'

/**
 * A path as the library gives it (bytes, one latin1 unit each) as text: to print, or to write into a reference such as
 * `latest:${text}`. Each byte that is not part of valid UTF-8 becomes a lone surrogate, so nothing is lost.
 */
export const textOfPath = (path: string): string => escapedTextOf(path as ByteString)
