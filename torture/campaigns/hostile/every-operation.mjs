import { rmSync } from 'node:fs'
import { load } from '../../../bench/machine/dist.mjs'
import { checkAll } from '../damage/check-all.mjs'

const { archive } = await load('operations/archive/archive.js')
const { diff } = await load('operations/diff/diff.js')
const { entries } = await load('operations/entries/entries.js')
const { find } = await load('operations/find/find.js')
const { listKeys } = await load('operations/keys/list-keys.js')
const { readFile } = await load('operations/read/read-file.js')
const { restore } = await load('operations/restore/restore.js')
const { openInlineEngine } = await load('operations/restore/restore-engine.js')
const { snapshots } = await load('operations/snapshots/snapshots.js')
const { stats } = await load('operations/stats/stats.js')

/** What a user never gets more of at once; endless streams end here. */
const itemsMax = 100_000
const bytesMax = 64 * 1024 * 1024

/** Opens the scene's repository as another host would, and calls every operation that reads. */
export const everyOperation = async (scene, reference) => {
  const results = { check: {}, restore: {} }
  const store = await scene.attempt('open', () => scene.repository.open())
  if (store instanceof Error) return { ...results, open: store }
  const attempt = async (name, action) => {
    results[name] = await scene.attempt(name, action)
  }
  await attempt('check', () => checkAll(store))
  for (const { object, message } of results.check.damages ?? []) scene.hear(`check: ${object}`, message)
  await attempt('snapshots', () => snapshots(store, {}))
  await attempt('keys', () => listKeys(store))
  await attempt('entries', () => count(entries(store, reference, { recursive: true })))
  await attempt('find', () => count(find(store, ['*'])))
  await attempt('stats', () => stats(store))
  await attempt('diff', () => count(diff(store, reference, 'latest')))
  await attempt('cat', () => readFiles(scene, store, reference))
  await attempt('archive', () => count(archive(store, reference)))
  rmSync(scene.target, { recursive: true, force: true })
  const options = { snapshot: reference, target: scene.target, noOwnership: true, verify: true }
  await attempt('restore', () => restore(store, options, openInlineEngine))
  for (const { path, message } of results.restore.problems ?? []) scene.hear(`restore: ${path}`, message)
  await scene.attempt('close', () => store[Symbol.asyncDispose]())
  return results
}

const count = async (items) => {
  let total = 0
  let bytes = 0
  for await (const item of items) {
    total++
    bytes += item.byteLength ?? 0
    if (total >= itemsMax || bytes >= bytesMax) break
  }
  return total
}

/** Reads the files that the snapshot lists; the errors of each are looked at, and the first is given. */
const readFiles = async (scene, store, reference) => {
  let failure
  for await (const { path, type } of entries(store, reference, { recursive: true })) {
    if (type !== 'file') continue
    const outcome = await scene.attempt(`cat ${path}`, () =>
      count(readFile(store, { snapshot: reference, path })),
    )
    if (outcome instanceof Error) failure ??= outcome
  }
  if (failure !== undefined) throw failure
}
