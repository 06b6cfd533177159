import { readFile } from 'node:fs/promises'
import { VarveError } from '../../index.js'
import { fileReason } from '../output/file-reason.js'
import { argumentBytes } from './argument-bytes.js'

/** `lines` has comments, `verbatim` lines are paths whatever they begin with, and in `raw` a NUL byte ends each path. */
export type PathListForm = 'lines' | 'verbatim' | 'raw'

/**
 * The paths that a file lists, as bytes. Nothing is trimmed or expanded, since every byte but the separator may be part
 * of a name; empty ones are left out, and of `lines` those that begin with `#`. `-` is standard input.
 */
export const readPathList = async (
  file: string,
  form: PathListForm,
  stdin: AsyncIterable<Uint8Array>,
): Promise<Buffer[]> => pathsIn(file === '-' ? await collect(stdin) : await readListed(file), form)

export const pathsIn = (content: Buffer, form: PathListForm): Buffer[] => {
  const paths = split(content, form === 'raw' ? '\0' : '\n')
  return form === 'lines' ? paths.filter((path) => path[0] !== commentMark) : paths
}

const commentMark = '#'.charCodeAt(0)

const split = (content: Buffer, separator: string): Buffer[] => {
  const paths: Buffer[] = []
  let start = 0
  while (start < content.length) {
    const found = content.indexOf(separator, start)
    const end = found === -1 ? content.length : found
    if (end > start) paths.push(content.subarray(start, end))
    start = end + 1
  }
  return paths
}

const readListed = async (file: string): Promise<Buffer> => {
  try {
    return await readFile(argumentBytes(file))
  } catch (cause) {
    throw new VarveError(
      'invalid-argument',
      `the list of paths ${file} cannot be read: ${fileReason(cause)}`,
      {
        hint: 'Check the name after --files-from; - stands for standard input.',
        cause,
      },
    )
  }
}

const collect = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
