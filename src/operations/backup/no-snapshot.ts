import { VarveError } from '../../errors.js'

export const keepsVanishing = (): VarveError =>
  new VarveError('backend', 'packs kept vanishing while the snapshot was written', {
    hint: 'Something deletes from this repository beside varve. What was stored is kept; run the backup again.',
  })

export const interrupted = (dryRun = false): VarveError =>
  new VarveError('interrupted', 'the backup was interrupted', {
    hint: dryRun
      ? 'Nothing was written.'
      : 'What was finished is kept; run the same backup again and it goes on from there.',
  })

/** A stream that was stopped fails the backup, since nothing of it can be gone on from. A dry run only ends. */
export const endOfStream =
  (dryRun = false) =>
  (error: unknown): false => {
    if (dryRun && error instanceof VarveError && error.code === 'interrupted') return false
    throw error
  }
