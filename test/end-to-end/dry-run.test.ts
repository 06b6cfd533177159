import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { ended, Place } from './varve.js'

const listing = (folder: string): string =>
  execFileSync('find', [folder, '-printf', '%p %s %T@ %i\n']).toString()

const summaryOf = (stdout: string): Record<string, unknown> => JSON.parse(stdout.trim().split('\n').at(-1)!)

it('`backup --dry-run` tells the figures of the backup that follows, and writes nothing', async () => {
  using place = new Place()
  await place.varve(['init'])
  mkdirSync(place.at('source'))
  for (let file = 0; file < 50; file++)
    writeFileSync(place.at('source', `f${file}`), `content ${file % 40}\n`.repeat(2000))
  const before = listing(place.repository)
  const args = ['--workers', '1', 'backup', '--json', '.']
  const dry = await place.varve([...args, '--dry-run'], { directory: place.at('source') })
  expect(listing(place.repository)).toBe(before)
  const real = await place.varve(args, { directory: place.at('source') })
  expect([dry.code, real.code]).toEqual([0, 0])
  const figures = ({
    data_added,
    data_added_packed,
    data_blobs,
    tree_blobs,
    files_new,
  }: Record<string, unknown>) => ({ data_added, data_added_packed, data_blobs, tree_blobs, files_new })
  expect(figures(summaryOf(dry.stdout))).toEqual(figures(summaryOf(real.stdout)))
  expect(summaryOf(real.stdout)).toMatchObject({ files_new: 50 })
})

it('a dry run that SIGINT ends says that nothing was written, and leaves nothing', async () => {
  using place = new Place()
  await place.varve(['init'])
  const before = listing(place.repository)
  const child = place.start([
    ...['-r', place.repository, '--password-file', place.passwordFile],
    ...['backup', '--dry-run', '--stdin'],
  ])
  const end = ended(child)
  // More than pipes and buffers hold: once it is taken, the backup is under way, and waits for more.
  const write = promisify((bytes: Buffer, done: (error?: Error | null) => void) =>
    child.stdin.write(bytes, done),
  )
  for (let part = 0; part < 32; part++) await write(Buffer.alloc(2 ** 20, `part ${part}`))
  child.kill('SIGINT')
  const { code, stdout, stderr } = await end
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  expect(stderr).toContain('the backup was interrupted')
  expect(stderr).toContain('Nothing was written.')
  expect(stderr).not.toContain('goes on')
  expect(listing(place.repository)).toBe(before)
})
