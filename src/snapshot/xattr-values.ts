import type { ByteString } from '../bytes/byte-string.js'
import { CorruptError } from '../errors.js'
import type { Xattr } from '../format/entry.js'
import { ChunkKind } from '../format/ids.js'
import type { NodeSource } from '../tree/node-store.js'

/** Of one entry. Linux takes 64 KiB a value; an entry has room to claim gigabytes, by naming one chunk again and again. */
const valuesMaxBytes = 16 * 1024 * 1024

export interface XattrValue {
  readonly name: ByteString
  readonly value: Uint8Array
}

/**
 * Extended attributes with those values that are stored in chunks. `objectName` is what errors call the entry.
 * Errors: `corrupt` where they are too large altogether or not as long as the entry says, and what the source throws.
 */
export const xattrValues = async (
  source: NodeSource,
  xattrs: readonly Xattr[],
  objectName: string,
): Promise<XattrValue[]> => {
  const totalBytes = xattrs.reduce((sum, { value }) => sum + sizeOf(value), 0)
  if (totalBytes > valuesMaxBytes)
    throw new CorruptError(objectName, `claims ${totalBytes} bytes of extended attributes`)
  const values: XattrValue[] = []
  for (const { name, value } of xattrs) {
    const whole = value instanceof Uint8Array ? value : await gathered(source, value, objectName)
    values.push({ name, value: whole })
  }
  return values
}

const sizeOf = (value: Xattr['value']): number =>
  value instanceof Uint8Array ? value.byteLength : value.sizeBytes

const gathered = async (
  source: NodeSource,
  { sizeBytes, ids }: Exclude<Xattr['value'], Uint8Array>,
  objectName: string,
): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let left = sizeBytes
  for (const id of ids) {
    const chunk = await source.get(id, ChunkKind.data)
    left -= chunk.byteLength
    if (left < 0) break
    chunks.push(chunk)
  }
  if (left !== 0) throw new CorruptError(objectName, 'has an extended attribute of another size')
  return Buffer.concat(chunks)
}
