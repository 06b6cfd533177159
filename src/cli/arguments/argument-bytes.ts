import { readFileSync } from 'node:fs'
import { pathOfText, textOfPath } from '../../index.js'

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
    return bytes !== undefined && bytes.toString('utf8') === argument
      ? textOfPath(bytes.toString('latin1'))
      : argument
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

/** The bytes that an argument stands for. */
export const argumentBytes = (argument: string): Buffer => Buffer.from(pathOfText(argument), 'latin1')
