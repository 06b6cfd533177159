// Runs one backup in a process of its own; the last argument is what to do, as JSON. Events and the end go to stdout, a
// line of JSON each.
import { randomBytes } from 'node:crypto'
import { openLocalBackend } from '../../../dist/backend/open-local-backend.js'
import { backup } from '../../../dist/operations/backup/backup.js'
import { Store } from '../../../dist/repository/store.js'

const {
  repository,
  cache,
  workers = 2,
  aheadMs = 60_000,
  uid,
  tellEntries = false,
  gentleAfter,
  ...options
} = JSON.parse(process.argv[2])
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)
const now = () => BigInt(Date.now() + aheadMs) * 1_000_000n
const gentle = new AbortController()

if (uid !== undefined) {
  process.setgroups([])
  process.setgid(uid)
  process.setuid(uid)
}
let store
try {
  const backend = await openLocalBackend(repository, { randomBytes })
  const secret = async () => ({ kind: 'key-file', secret: Buffer.alloc(32, 7) })
  store = await Store.open({
    backend,
    secret,
    cacheDirectory: cache,
    compressionLevel: 1,
    workers,
    now,
    random: randomBytes,
  })
  say({ event: 'open' })
  let entries = 0
  const report = await backup(store, {
    host: 'host',
    ...options,
    stopGently: gentle.signal,
    onEntry: (entry) => {
      if (tellEntries) say({ event: 'entry', ...entry })
      if (++entries === gentleAfter) gentle.abort()
    },
  })
  say({ event: 'report', report })
} catch (error) {
  say({ event: 'error', code: error.code, message: error.message, stack: error.stack })
  process.exitCode = 1
} finally {
  await store?.[Symbol.asyncDispose]()
}
