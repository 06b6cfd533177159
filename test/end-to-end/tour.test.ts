import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Place } from './varve.js'

const lines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const withTree = (place: Place): string => {
  const source = place.at('source')
  mkdirSync(join(source, 'deep', 'er'), { recursive: true })
  writeFileSync(join(source, 'a.txt'), 'first\n')
  writeFileSync(join(source, 'deep', 'er', 'b.bin'), Buffer.alloc(200_000, 7))
  return source
}

test('a person can make a repository, snapshot, look, check, and get one file or all of it back', async () => {
  using place = new Place()
  const source = withTree(place)
  // Files that were modified less than two seconds before a snapshot are read again by the next.
  await sleep(2500)
  expect((await place.varve(['init'])).code).toBe(0)
  expect((await place.varve(['backup', '.'], { directory: source })).code).toBe(0)
  writeFileSync(join(source, 'a.txt'), 'second, longer\n')
  const second = await place.varve(['backup', '--json', '.'], { directory: source })
  const summary = lines(second.stdout).find((line) => line.message_type === 'summary')
  expect(summary).toMatchObject({
    files_new: 0,
    files_changed: 1,
    files_unmodified: 1,
    total_files_processed: 2,
  })

  expect((await place.varve(['cat', 'latest:a.txt'])).stdout).toBe('second, longer\n')
  const snapshots = JSON.parse((await place.varve(['snapshots', '--json'])).stdout) as {
    id: string
    parent?: string
  }[]
  expect(snapshots).toHaveLength(2)
  const [before, after] = snapshots
  expect((await place.varve(['diff', before!.id, after!.id])).stdout).toContain('a.txt')
  expect((await place.varve(['ls', '--recursive', 'latest'])).stdout).toContain('deep/er/b.bin')
  expect((await place.varve(['find', '*.bin'])).stdout).toContain('deep/er/b.bin')
  expect((await place.varve(['check', '--read-data'])).code).toBe(0)
  expect((await place.varve(['stats'])).code).toBe(0)

  const target = place.at('target')
  expect((await place.varve(['restore', 'latest', '--target', target, '--verify'])).code).toBe(0)
  expect(readFileSync(join(target, 'a.txt'), 'utf8')).toBe('second, longer\n')
  expect(readFileSync(join(target, 'deep', 'er', 'b.bin'))).toEqual(Buffer.alloc(200_000, 7))
  const one = place.at('one')
  expect((await place.varve(['restore', `${before!.id}:a.txt`, '--target', one])).code).toBe(0)
  expect(readFileSync(join(one, 'a.txt'), 'utf8')).toBe('first\n')
})

test('a repository opens with a key file, with a password that was changed, and with its recovery key', async () => {
  using place = new Place()
  const keyFile = place.at('key')
  const made = await place.varve(['init', '--recovery-key'])
  expect(made.code).toBe(0)
  writeFileSync(place.at('recovery'), made.stdout)
  expect((await place.varve(['key', 'add', '--new-key-file', keyFile])).code).toBe(0)
  writeFileSync(place.at('new'), 'another password\n')
  expect((await place.varve(['key', 'passwd', '--new-password-file', place.at('new')])).code).toBe(0)
  const repository = ['-r', place.repository]
  expect((await place.varve(['snapshots'])).code).toBe(12)
  expect((await place.run([...repository, '--password-file', place.at('new'), 'snapshots'])).code).toBe(0)
  expect((await place.run([...repository, '--key-file', keyFile, 'snapshots'])).code).toBe(0)
  expect(
    (await place.run([...repository, '--recovery-key-file', place.at('recovery'), 'snapshots'])).code,
  ).toBe(0)
})

test('without -r the repository is the user’s own, and the cache can be cleared at any time', async () => {
  using place = new Place()
  const environment = { VARVE_PASSWORD: 'from the environment' }
  const source = withTree(place)
  expect((await place.run(['init'], { environment })).code).toBe(0)
  expect((await place.run(['backup', source], { environment })).code).toBe(0)
  expect((await place.run(['cache', 'clear'])).code).toBe(0)
  expect((await place.run(['check', '--read-data'], { environment })).code).toBe(0)
  const again = await place.run(['backup', '--json', source], { environment })
  expect(lines(again.stdout).find((line) => line.message_type === 'summary')).toMatchObject({ data_blobs: 0 })
})
