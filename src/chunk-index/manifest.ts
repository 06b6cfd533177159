import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from './content-named-file.js'

export const MANIFEST_NAME = 'manifest'
const HEADING = 'varve local index 1'

export interface PackRecord {
  /** The pack's id, 64 hex digits. */
  readonly packId: string
  readonly sizeBytes: number
}

export interface RunRecord {
  readonly name: string
  readonly entryCount: number
  /** Whether the filter file that the manifest names holds this run's fingerprints. */
  readonly inFilter: boolean
}

/** What the folder holds. The files it names never change; only this one is replaced. */
export interface Manifest {
  readonly repositoryId: string
  /** The position is the pack ordinal of the entries. */
  readonly packs: readonly PackRecord[]
  /** Ordinals of packs that are gone from the repository, and whose entries are still in the runs. */
  readonly removedPacks: readonly number[]
  /** In descending order of their size. */
  readonly runs: readonly RunRecord[]
  /** Ids of the repository's index files whose entries are in the runs. */
  readonly indexFiles: readonly string[]
  readonly filter: string | null
}

export const emptyManifest = (repositoryId: string): Manifest => ({
  repositoryId,
  packs: [],
  removedPacks: [],
  runs: [],
  indexFiles: [],
  filter: null,
})

/** The bytes on disk: a heading, the SHA-256 of the body, the body as JSON, one line each. */
export const encodeManifest = (manifest: Manifest): string => {
  const body = JSON.stringify(manifest)
  return `${HEADING}\n${sha256(body)}\n${body}\n`
}

/**
 * Undefined when the bytes are damaged, of another version, or of another repository. A body that matches its hash was
 * written by this program, so its shape is not checked again.
 */
export const decodeManifest = (text: string, repositoryId: string): Manifest | undefined => {
  const [heading, hash, body] = text.split('\n')
  if (heading !== HEADING || body === undefined || hash !== sha256(body)) return undefined
  const manifest = JSON.parse(body) as Manifest
  return manifest.repositoryId === repositoryId ? manifest : undefined
}

/** The manifest's text, or undefined when it cannot be read. */
export const readManifestText = (folder: string): string | undefined => {
  try {
    return readFileSync(join(folder, MANIFEST_NAME), 'utf8')
  } catch {
    return undefined
  }
}

/**
 * Replaces the manifest's text. False, and nothing changed, when what is there is not `expected` any more, unless
 * `expected` is 'anything'.
 */
export const replaceManifestText = (
  folder: string,
  text: string,
  expected: { readonly text: string | undefined } | 'anything',
): boolean =>
  replaceFile(
    folder,
    MANIFEST_NAME,
    Buffer.from(text),
    () => expected === 'anything' || readManifestText(folder) === expected.text,
  )

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
