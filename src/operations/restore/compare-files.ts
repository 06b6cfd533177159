import { idSizeBytes } from '../../format/limits.js'
import { type CompareResult, comparedColumns } from '../../workers/restore-jobs.js'
import type { ContentPiece, FileWork } from './file-work.js'
import type { RestoreEngine } from './restore-engine.js'

/** Which pieces of the file on the disk are right, and how long it is (-1 where it cannot be read). */
export interface Compared {
  readonly matches: Uint8Array
  readonly sizeBytes: number
}

export type Comparable = Pick<FileWork, 'name'> & { readonly directory: { readonly fd: number } }

/** Compares files with what the snapshot has; one result for each. */
export const compareFiles = async (
  engine: RestoreEngine,
  files: readonly { readonly file: Comparable; readonly pieces: readonly ContentPiece[] }[],
): Promise<Compared[]> => {
  const count = files.reduce((sum, { pieces }) => sum + pieces.length, 0)
  const rows = new Float64Array(comparedColumns * files.length)
  const ranges = new Float64Array(2 * count)
  const ids = new Uint8Array(idSizeBytes * count)
  let at = 0
  files.forEach(({ file, pieces }, index) => {
    rows.set([file.directory.fd, at, at + pieces.length], comparedColumns * index)
    for (const { offset, length, id } of pieces) {
      ranges.set([offset, length], 2 * at)
      if (id !== undefined) ids.set(id, idSizeBytes * at)
      at++
    }
  })
  const names = files.map(({ file }) => file.name)
  await engine.room()
  const { matches, sizes } = await engine.run<CompareResult>({
    kind: 'compare',
    names,
    files: rows,
    pieces: ranges,
    ids,
  })
  return files.map((_, index) => ({
    matches: matches.subarray(rows[comparedColumns * index + 1], rows[comparedColumns * index + 2]),
    sizeBytes: sizes[index]!,
  }))
}

export const isAllRight = ({ matches, sizeBytes }: Compared, wantedSizeBytes: number): boolean =>
  sizeBytes === wantedSizeBytes && matches.every((match) => match === 1)
