import { VarveError } from '../../errors.js'
import { openFilesLimit } from '../../filesystem/open-files-limit.js'

/** Measured on a disk with an empty page cache (docs/PERFORMANCE.md, A cold disk); more brought nothing. */
const usual = 128

/** Packs, the repository's own files and directories need the others. */
const shareOfDescriptors = 0.25

/** How many files each of so many threads may have open at once. Errors: `invalid-argument`. */
export const filesOpenOf = (readConcurrency: number | undefined, workers: number): number => {
  const wanted = readConcurrency ?? usual
  if (!(Number.isInteger(wanted) && wanted >= 1))
    throw new VarveError(
      'invalid-argument',
      `readConcurrency must be a whole number from 1 on, not ${wanted}`,
    )
  const open = Math.min(wanted, shareOfDescriptors * openFilesLimit())
  return Math.max(1, Math.floor(open / workers))
}
