import { createHash } from 'node:crypto'
import { type ChunkLevel, checkChunkingParameters, LEVELS_MAX } from '../chunking/parameters.js'
import { VarveError } from '../errors.js'
import { type Fields, openArray } from './fields.js'
import type { RepositoryId } from './ids.js'
import { configMaxBytes } from './limits.js'
import { encodeRecord, type RecordValue } from './record.js'

/** The version of the format that this program reads and writes (docs/FORMAT.md §13). */
const formatVersion = 1

const magic = 'varve'
const suite = ['XAES-256-GCM', 'HMAC-SHA-256', 'X25519'] as const
const chunker = 'gear64-nc2'

/** Public parameters of a repository, in the clear (docs/FORMAT.md §9.1). */
export interface Config {
  readonly repositoryId: RepositoryId
  /** How long chunks are, by offset in the file (§4.2). */
  readonly chunkSizes: readonly ChunkLevel[]
}

export function encodeConfig({ repositoryId, chunkSizes }: Config): Buffer {
  return encodeRecord([
    magic,
    formatVersion,
    formatVersion,
    repositoryId,
    suite,
    [chunker, chunkSizesValue(chunkSizes)],
  ])
}

export interface StoredConfig extends Config {
  /** SHA-256 of the bytes; the keyring confirms it (I-17). */
  readonly hash: Buffer
  /** Who knows less must not write. */
  readonly writerVersion: number
}

/** Errors: `corrupt`, `unsupported-version` (for readers), `unsupported-feature` (a suite that is not known). */
export function decodeConfig(bytes: Uint8Array, objectName: string): StoredConfig {
  const fields = openArray(bytes, objectName, configMaxBytes)
  if (fields.text('magic', configMaxBytes) !== magic) throw fields.corrupt('is not a varve configuration')
  const readerVersion = fields.uint('version for readers', undefined, 1)
  if (readerVersion > formatVersion) throw tooNew(objectName, readerVersion, 'read')
  const writerVersion = fields.uint('version for writers', undefined, 1)
  const repositoryId = fields.bytes('repository id', 16) as RepositoryId
  const names = fields.each('suite', 16, (items) => items.text('algorithm', 64))
  const parameters = fields.fields('chunker', 2)
  const chunkerName = parameters.text('chunker', 64)
  if (names.join() !== suite.join() || chunkerName !== chunker) {
    throw new VarveError(
      'unsupported-feature',
      `${objectName}: unknown algorithms: ${[...names, chunkerName].join(', ')}`,
    )
  }
  const chunkSizes = readChunkSizes(parameters)
  fields.end()
  return { repositoryId, chunkSizes, writerVersion, hash: configHash(bytes) }
}

/** Errors: `unsupported-version`. */
export function requireWritable(config: StoredConfig, objectName: string): void {
  if (config.writerVersion > formatVersion) throw tooNew(objectName, config.writerVersion, 'written')
}

export const configHash = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

export const chunkSizesValue = (steps: readonly ChunkLevel[]): RecordValue =>
  steps.map(({ fromOffset, averageBits }) => [fromOffset, averageBits])

/** Errors: `corrupt` for levels that the chunker does not take. */
export function readChunkSizes(fields: Fields): readonly ChunkLevel[] {
  const levels = fields.each('chunk sizes', LEVELS_MAX, (items) => {
    const level = items.fields('chunk size', 2)
    return { fromOffset: level.uint('from offset'), averageBits: level.uint('average bits', 64) }
  })
  try {
    checkChunkingParameters({ levels })
  } catch (cause) {
    throw fields.corrupt('chunk sizes are impossible', cause)
  }
  return levels
}

const tooNew = (objectName: string, version: number, verb: string): VarveError =>
  new VarveError(
    'unsupported-version',
    `${objectName}: can only be ${verb} by a program that knows version ${version}; this one knows ${formatVersion}`,
    { hint: 'Use a newer version of varve.' },
  )
