import type { Backend } from '../backend/backend.js'
import { VarveError } from '../errors.js'
import { decodeFeature, type Feature } from '../format/feature.js'
import { Folder, parseFeatureName } from '../format/names.js'

/** Stops where the repository uses a feature that this version must know to read it (docs/FORMAT.md §13). */
export const requireFeatures = async (backend: Backend): Promise<void> => {
  for await (const [name, { toRead }] of features(backend)) if (toRead) throw unknownFeature(name, 'read')
}

/** The same before anything is written. */
export const requireWritableFeatures = async (backend: Backend): Promise<void> => {
  for await (const [name, { toWrite }] of features(backend)) if (toWrite) throw unknownFeature(name, 'write')
}

/** Other names in the folder are ignored (§2). */
async function* features(backend: Backend): AsyncGenerator<[string, Feature], void, undefined> {
  for await (const { name } of backend.list(Folder.features)) {
    const feature = parseFeatureName(name)
    if (feature !== undefined) yield [feature, decodeFeature(await backend.read(name), name)]
  }
}

const unknownFeature = (feature: string, verb: string): VarveError =>
  new VarveError(
    'unsupported-feature',
    `this version cannot ${verb} a repository with the feature ${feature}`,
    { hint: 'Use a newer version of varve.' },
  )
