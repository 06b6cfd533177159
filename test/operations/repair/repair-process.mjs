// Runs one repair in a process of its own; the last argument is what to do, as JSON. With `killAt`, the process kills itself
// at that change of the repository: before it (odd numbers) or right after it (even ones).
import { randomBytes } from 'node:crypto'
import { openLocalBackend } from '../../../dist/backend/open-local-backend.js'
import { Store } from '../../../dist/repository/store.js'

const { repository, cache, verb, killAt, options = {} } = JSON.parse(process.argv[2])
const verbs = {
  index: async () => (await import('../../../dist/operations/repair/repair-index.js')).repairIndex,
  packs: async () => (await import('../../../dist/operations/repair/repair-packs.js')).repairPacks,
  snapshots: async () =>
    (await import('../../../dist/operations/repair/repair-snapshots.js')).repairSnapshots,
}

let point = 0
const killHere = () => {
  if (++point === killAt) process.kill(process.pid, 'SIGKILL')
}
const killing = (backend) => {
  for (const name of ['create', 'publishStaged', 'remove']) {
    const call = backend[name].bind(backend)
    backend[name] = async (...args) => {
      killHere()
      await call(...args)
      killHere()
    }
  }
  return backend
}

const store = await Store.open({
  backend: killing(await openLocalBackend(repository, { randomBytes })),
  secret: async () => ({ kind: 'key-file', secret: Buffer.alloc(32, 7) }),
  cacheDirectory: cache,
  compressionLevel: 1,
  workers: 1,
  now: () => BigInt(Date.now()) * 1_000_000n,
  random: randomBytes,
})
try {
  const report = await (await verbs[verb]())(store, options)
  process.stdout.write(JSON.stringify(report))
} finally {
  await store[Symbol.asyncDispose]()
}
