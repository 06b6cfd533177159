import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { VarveError } from '../../index.js'
import { argumentBytes } from '../arguments/argument-bytes.js'
import { fileReason } from '../output/file-reason.js'
import { readSecretBytes } from './secret-file.js'

const keyBytes = 32

/** 256 bits: 32 bytes as they are (`head -c 32 /dev/urandom`), or 64 hexadecimal digits, as `createKeyFile` writes. */
export const readKeyFile = async (file: string): Promise<Uint8Array> => {
  const content = await readSecretBytes(file, 'key')
  if (content.length === keyBytes) return content
  const text = content.toString('latin1').trim()
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  throw new VarveError('invalid-argument', `${file} is not a key file`, {
    hint: 'A key file holds 32 random bytes, or 64 hexadecimal digits. `varve init` and `varve key add` make one where there is none.',
  })
}

/**
 * Makes a new key file that only its owner can read.
 * @returns false when something of that name is there; it is left alone
 */
export const createKeyFile = async (file: string): Promise<boolean> => {
  try {
    await using handle = await open(argumentBytes(file), 'wx', 0o600)
    await handle.writeFile(`${randomBytes(keyBytes).toString('hex')}\n`)
    await handle.sync()
    return true
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false
    throw new VarveError('invalid-argument', `the key file ${file} cannot be written: ${fileReason(cause)}`, {
      hint: 'Name another place with --key-file.',
      cause,
    })
  }
}
