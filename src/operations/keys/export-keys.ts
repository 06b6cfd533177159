import { createHash } from 'node:crypto'
import { VarveError } from '../../errors.js'
import { hexOf } from '../../format/ids.js'
import { configCopyName, configName, keyringName, slotName } from '../../format/names.js'
import type { Store } from '../../repository/store.js'
import { readSlotSet } from './slot-set.js'

const bytesPerLine = 32
const bytesPerGroup = 4

/**
 * A text for paper: `config`, the slots and the newest keyring as they are stored. With it and any one key the repository opens
 * when these files are lost. By itself it opens nothing. Errors: `corrupt`, `missing`, `backend`.
 */
export const exportKeys = async (store: Store): Promise<string> => {
  const { slots, keyring } = await readSlotSet(store)
  const { number } = keyring
  const objects: [string, Uint8Array][] = [[configName, await wholeConfig(store)]]
  for (const id of [...slots.keys()].sort())
    objects.push([slotName(id), await store.backend.read(slotName(id))])
  objects.push([keyringName(number, 'a'), await wholeKeyring(store, number)])
  return [
    ...introduction(store),
    ...objects.flatMap(([name, bytes]) => ['', ...objectLines(name, bytes)]),
    '',
  ].join('\n')
}

const introduction = ({ repositoryId, backend }: Store): string[] => [
  `Keys of the varve repository ${repositoryId}`,
  `at ${backend.location}`,
  '',
  'What this is: the small files without which nothing in the repository can be read. They are sealed: this paper',
  'opens nothing without a password, key file or recovery key. Print it again after every change of keys: an older',
  'print lets keys in that were removed since.',
  '',
  'To use it, when files of the repository are lost or damaged:',
  '1. For each block below, write its bytes to the file of that name in the repository folder. A line is a number, up',
  '   to 32 bytes as hexadecimal digits, and a check: the first 4 digits of the SHA-256 of these bytes. On Linux, with',
  '   the middle columns of a block in a text file: xxd -r -p block.txt > file. Compare sha256sum with the block.',
  '2. config.copy is the same as config, and the .b file in keyring/ is the same as the .a file: copy them.',
  '3. If packs/ is whole, everything else can be found again: varve check says what is missing.',
]

const objectLines = (name: string, bytes: Uint8Array): string[] => {
  const lines = [`--- ${name}`, `    ${bytes.length} bytes, SHA-256 ${sha256(bytes)}`]
  for (let at = 0, line = 1; at < bytes.length; at += bytesPerLine, line++) {
    const part = bytes.subarray(at, at + bytesPerLine)
    lines.push(`${String(line).padStart(3)}  ${groups(part).padEnd(71)}  ${sha256(part).slice(0, 4)}`)
  }
  return lines
}

const groups = (bytes: Uint8Array): string => {
  const texts: string[] = []
  for (let at = 0; at < bytes.length; at += bytesPerGroup)
    texts.push(hexOf(bytes.subarray(at, at + bytesPerGroup)))
  return texts.join(' ')
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The copy that the keyring confirms. */
const wholeConfig = async ({ backend, keys }: Store): Promise<Uint8Array> => {
  for (const name of [configName, configCopyName]) {
    const bytes = await readable(() => backend.read(name))
    if (bytes !== undefined && sha256(bytes) === hexOf(keys.keyring.configHash)) return bytes
  }
  throw new VarveError('corrupt', 'neither copy of config is whole')
}

const wholeKeyring = async ({ backend }: Store, number: number): Promise<Uint8Array> => {
  const a = await readable(() => backend.read(keyringName(number, 'a')))
  return a ?? (await backend.read(keyringName(number, 'b')))
}

const readable = async (read: () => Promise<Uint8Array>): Promise<Uint8Array | undefined> => {
  try {
    return await read()
  } catch (error) {
    if (error instanceof VarveError) return undefined
    throw error
  }
}
