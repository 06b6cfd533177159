import type { RestoreContext } from './restore-context.js'

/** Packs of all threads, standard streams, the repository's own files. */
const reserved = 300

/** How the descriptors that the process may have are shared out. */
export const openLimits = (
  descriptors: number,
): Pick<RestoreContext, 'openFilesMax' | 'openDirectoriesMax'> => {
  const free = Math.max(descriptors - reserved, 0)
  return {
    openFilesMax: Math.min(4096, Math.max(16, Math.floor(0.15 * free))),
    openDirectoriesMax: Math.min(16_384, Math.max(64, Math.floor(0.65 * free))),
  }
}
