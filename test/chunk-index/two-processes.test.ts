import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { LocalIndex } from '../../src/chunk-index/local-index.js'
import { idOf, newFolder, pack } from './entries.js'

const script = fileURLToPath(new URL('./update-process.mjs', import.meta.url))
const ROUNDS = 25
const PER_ROUND = 300

/** Whatever the index says it covers it finds, in the pack where it is. */
const checkAll = (index: LocalIndex): void => {
  for (const source of index.indexFiles)
    for (let n = 0; n < PER_ROUND; n++) {
      if (!index.lookup(idOf(`${source} ${n}`))) throw new Error(`${source} ${n} is covered and not found`)
      expect(index.packs[index.packOrdinal]).toEqual({ packId: pack(source).packId, sizeBytes: 1 })
      expect(index.location).toBe(n)
    }
}

test('Two processes that add and merge at once leave an index that finds all it covers, and so does a reader meanwhile', async () => {
  const folder = newFolder()
  const reader = LocalIndex.open(folder, 'r')
  const run = (name: string) =>
    promisify(execFile)(process.execPath, [script, folder, name, String(ROUNDS), String(PER_ROUND)])
  let running = true
  const both = Promise.all([run('one'), run('two')]).finally(() => {
    running = false
  })
  while (running) {
    reader.reload()
    checkAll(reader)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await both
  reader.reload()
  checkAll(reader)
  expect(reader.problem).toBeUndefined()
  expect(reader.indexFiles.size).toBeGreaterThanOrEqual(ROUNDS)
  reader.close()
})
