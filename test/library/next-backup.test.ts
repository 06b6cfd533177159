import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type BackupOptions, type OpenOptions, Repository } from '../../dist/index.js'

const secret = { kind: 'key-file', key: Buffer.alloc(32, 7) } as const
let folder: string
let open: OpenOptions

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varve-next-'))
  open = { location: join(folder, 'repository'), secret, cacheDirectory: join(folder, 'cache'), workers: 2 }
  for (let directory = 0; directory < 30; directory++) {
    const path = join(folder, `source/${directory}`)
    await mkdir(path, { recursive: true })
    await Promise.all(Array.from({ length: 100 }, (_, file) => writeFile(join(path, `${file}`), `${file}`)))
  }
})

afterAll(() => rm(folder, { recursive: true }))

beforeEach(async () => {
  const { repository } = await Repository.init(open)
  await repository.close()
})

afterEach(async () => {
  for (const name of ['repository', 'cache']) await rm(join(folder, name), { recursive: true })
})

const options = (): BackupOptions => ({ paths: [join(folder, 'source')], host: 'host', exclude: ['9*'] })

/** What differs between the last two snapshots, but for the directories on the way to the source, which others use too. */
const differences = async (): Promise<unknown[]> => {
  await using repository = await Repository.open(open)
  const found = []
  const [before, after] = await repository.snapshots()
  for await (const each of repository.diff(before!.id, after!.id))
    if (each.path.includes('source')) found.push(each)
  return found
}

test('a source that is looked through while the repository is opened gives the same snapshot', async () => {
  const nextBackup = options()
  {
    await using repository = await Repository.open({ ...open, nextBackup })
    // Of a hundred names, '9' and '90' to '99' are left out; so is the directory '9'.
    expect(await repository.backup(nextBackup)).toMatchObject({ filesNew: 29 * 89 })
  }
  await using repository = await Repository.open(open)
  const second = await repository.backup(options())
  expect(second.problems).toEqual([])
  expect(await differences()).toEqual([])
})

test('only the backup that was announced makes use of it, and only once', async () => {
  const nextBackup = options()
  await using repository = await Repository.open({ ...open, nextBackup })
  const other = { paths: [join(folder, 'source/1')], host: 'host' }
  expect((await repository.backup(other)).totalFilesProcessed).toBe(100)
  const first = await repository.backup(nextBackup)
  await writeFile(join(folder, 'source/0/later'), 'later')
  const second = await repository.backup(nextBackup)
  await rm(join(folder, 'source/0/later'))
  expect(second.totalFilesProcessed).toBe(first.totalFilesProcessed + 1)
})

test('the repository and the cache are left out of it as of any other backup', async () => {
  const nextBackup = { paths: [folder], host: 'host' }
  await using repository = await Repository.open({ ...open, nextBackup })
  const report = await repository.backup(nextBackup)
  expect(report.totalFilesProcessed).toBe(3000)
  expect(report.leftOut).toHaveLength(2)
})

test('a repository that does not open, or is closed without a backup, leaves no thread behind', async () => {
  const nextBackup = options()
  const wrong = { kind: 'key-file', key: Buffer.alloc(32, 8) } as const
  await expect(Repository.open({ ...open, secret: wrong, nextBackup })).rejects.toMatchObject({
    code: 'wrong-password',
  })
  const repository = await Repository.open({ ...open, nextBackup })
  await repository.close()
  expect(process.getActiveResourcesInfo().filter((name) => name === 'MessagePort')).toEqual([])
})

test('what is wrong with the source is said by the backup, not at opening', async () => {
  const nextBackup = { paths: [join(folder, 'absent')], host: 'host' }
  await using repository = await Repository.open({ ...open, nextBackup })
  await expect(repository.backup(nextBackup)).rejects.toMatchObject({ code: 'source' })
})
