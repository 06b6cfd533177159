import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '../../../bench/machine/dist.mjs'

const { openLocalBackend } = await load('backend/open-local-backend.js')
const { listPacks } = await load('repository/pack-listing.js')
const { readDirectory } = await load('repository/read-directory.js')
const { Store } = await load('repository/store.js')
const { Repository } = await load('index.js')

/** Runs a step on the repository in this process: without any cache, or with that of the machine that was disturbed. */
export const withRepository = async ({ repository, keyFile, cache }, step, { ofMachine = false } = {}) => {
  const secret = { kind: 'key-file', key: keyOf(keyFile) }
  const caching = ofMachine ? { cacheDirectory: cache } : { noCache: true }
  const opened = await Repository.open({ location: repository, secret, workers: 1, ...caching })
  try {
    return await step(opened)
  } finally {
    await opened[Symbol.asyncDispose]()
  }
}

export const makeRepository = async ({ repository, keyFile, cache }) => {
  const secret = { kind: 'key-file', key: keyOf(keyFile) }
  const made = await Repository.init({ location: repository, secret, cacheDirectory: cache })
  await made.repository[Symbol.asyncDispose]()
}

const keyOf = (keyFile) => Buffer.from(readFileSync(keyFile, 'utf8').trim(), 'hex')

const openView = async ({ repository, keyFile, folder }) =>
  Store.open({
    backend: await openLocalBackend(repository, { randomBytes }),
    secret: async () => ({
      kind: 'key-file',
      secret: keyOf(keyFile),
    }),
    cacheDirectory: join(folder, 'view'),
    compressionLevel: 3,
    workers: 1,
    now: () => BigInt(Date.now()) * 1_000_000n,
    random: randomBytes,
  })

/** How many chunks of all packs stand in more than one. */
export const chunksStoredTwice = async (place) => {
  const store = await openView(place)
  try {
    return await countTwice(store)
  } finally {
    await store[Symbol.asyncDispose]()
  }
}

const countTwice = async ({ backend, seals }) => {
  const seen = new Set()
  let twice = 0
  for (const id of (await listPacks(backend)).keys()) {
    const { directory } = await readDirectory(backend, seals, id)
    for (let at = 0; at < directory.ids.length; at += 32) {
      const chunk = Buffer.from(directory.ids.subarray(at, at + 32)).toString('latin1')
      if (seen.has(chunk)) twice++
      seen.add(chunk)
    }
  }
  return twice
}

/** What only a running command needs: in the repository `.tmp-…`, in the cache `tmp-…` and the folders of checks. */
export const temporariesOf = ({ repository, cache }) =>
  [repository, cache].flatMap((root) =>
    readdirSync(root, { recursive: true })
      .filter((entry) => /(^|\/)(\.?tmp-[^/]*|check-[^/]*)$/.test(entry))
      .map((entry) => join(root, entry)),
  )

/** Objects, without temporaries. */
export const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.tmp-'))
    .map((entry) => join(entry.path, entry.name))
    .sort()

export const flipLastByte = (path) => {
  const bytes = readFileSync(path)
  bytes[bytes.length - 1] ^= 1
  writeFileSync(path, bytes)
}

/** As if the crash were weeks ago. */
export const age = (paths) => {
  const seconds = Date.now() / 1000 - 30 * 24 * 3600
  for (const path of paths) utimesSync(path, seconds, seconds)
}
