import { readFileSync } from 'node:fs'
import { type ByteString, byteStringOf } from '../../bytes/byte-string.js'

/**
 * Node decodes arguments as UTF-8 and puts U+FFFD for bytes that are none, so the name of such a file would be lost.
 * Here every such byte becomes a lone surrogate, U+DC80 to U+DCFF (Python's PEP 383): arguments stay text for parsing,
 * and `argumentBytes` gives back exactly what was typed.
 */
export const exactArguments = (
  decoded: readonly string[],
  commandLine: () => Uint8Array | undefined,
): string[] => {
  if (!decoded.some((argument) => argument.includes('\ufffd'))) return [...decoded]
  const raw = splitAtNul(commandLine())
  const tail = raw.slice(raw.length - decoded.length)
  return decoded.map((argument, index) => {
    const bytes = tail[index]
    // What the kernel tells must be the same argument, or it is somebody else's command line.
    return bytes !== undefined && bytes.toString('utf8') === argument ? escapedText(bytes) : argument
  })
}

/** The command line as the kernel holds it, where there is such a thing (Linux). */
export const kernelCommandLine = (): Uint8Array | undefined => {
  try {
    return readFileSync('/proc/self/cmdline')
  } catch {
    return undefined
  }
}

const splitAtNul = (bytes: Uint8Array | undefined): Buffer[] => {
  const parts: Buffer[] = []
  if (bytes === undefined) return parts
  let start = 0
  for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
    parts.push(Buffer.from(bytes.subarray(start, end)))
    start = end + 1
  }
  return parts
}

/** Text for valid UTF-8, a lone surrogate for each byte that is not part of any. */
export const escapedText = (bytes: Buffer): string => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at]!)
    const sequence = bytes.subarray(at, at + length)
    try {
      text += decoder.decode(sequence)
      at += length
    } catch {
      text += String.fromCharCode(0xdc00 + bytes[at]!)
      at++
    }
  }
  return text
}

/** How long a sequence is by its first byte (RFC 3629 section 3); the decoder judges the rest. */
const sequenceLength = (first: number): number => (first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4)

/** The bytes that an argument stands for. */
export const argumentBytes = (argument: string): Buffer => {
  if (!/[\udc80-\udcff]/u.test(argument)) return Buffer.from(argument, 'utf8')
  const parts = argument.split(/([\udc80-\udcff])/u)
  return Buffer.concat(
    parts.map((part) =>
      isEscape(part) ? Buffer.of(part.charCodeAt(0) - 0xdc00) : Buffer.from(part, 'utf8'),
    ),
  )
}

export const argumentByteString = (argument: string): ByteString => byteStringOf(argumentBytes(argument))

const isEscape = (part: string): boolean => /^[\udc80-\udcff]$/u.test(part)
