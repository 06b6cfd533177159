import { isUtf8 } from 'node:buffer'
import { type FileHandle, open } from 'node:fs/promises'
import { VarveError } from '../../index.js'
import { argumentBytes } from '../arguments/argument-bytes.js'
import { fileReason } from '../output/file-reason.js'

/** Far more than any secret; whoever names a disk image by mistake hears so at once. */
export const secretBytesMax = 64 * 1024

/** The first line of a file that holds a secret as text. It may be a pipe (`--password-file <(pass show backup)`). */
export const readSecretLine = async (file: string, what: string): Promise<string> =>
  firstLine(await readBounded(file, what, true), file, what)

/** All bytes of a small file. */
export const readSecretBytes = (file: string, what: string): Promise<Buffer> => readBounded(file, what, false)

/** The first line of what a file or a command gave. Throws when it is empty or no UTF-8. */
export const firstLine = (content: Buffer, source: string, what: string): string => {
  const end = content.indexOf('\n')
  const line = end === -1 ? content : content.subarray(0, end)
  if (!isUtf8(line))
    throw new VarveError('invalid-argument', `the ${what} from ${source} is not UTF-8 text`, {
      hint: 'A key file is given with --key-file.',
    })
  const text = line.toString('utf8').replace(/\r$/, '')
  if (text === '')
    throw new VarveError('invalid-argument', `the ${what} from ${source} is empty`, {
      hint: `Its first line must be the ${what}.`,
    })
  return text
}

const readBounded = async (file: string, what: string, untilLineEnd: boolean): Promise<Buffer> => {
  await using handle = await openFile(file, what)
  const status = await handle.stat()
  if (status.isDirectory())
    throw new VarveError('invalid-argument', `the ${what} file ${file} is a directory`, {
      hint: nameFile(what),
    })
  if (status.isFile() && status.size > secretBytesMax) throw tooLarge(file, what)
  const buffer = Buffer.alloc(secretBytesMax + 1)
  let length = 0
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null)
    if (bytesRead === 0) break
    length += bytesRead
    if (untilLineEnd && buffer.subarray(0, length).includes(0x0a)) break
  }
  if (length > secretBytesMax) throw tooLarge(file, what)
  return buffer.subarray(0, length)
}

const openFile = async (file: string, what: string): Promise<FileHandle> => {
  try {
    return await open(argumentBytes(file))
  } catch (cause) {
    throw new VarveError(
      'invalid-argument',
      `the ${what} file ${file} cannot be read: ${fileReason(cause)}`,
      {
        hint: nameFile(what),
        cause,
      },
    )
  }
}

const nameFile = (what: string): string => `Name a file that holds the ${what} and nothing else.`

const tooLarge = (file: string, what: string): VarveError =>
  new VarveError('invalid-argument', `the ${what} file ${file} is larger than 64 KiB`, {
    hint: nameFile(what),
  })
