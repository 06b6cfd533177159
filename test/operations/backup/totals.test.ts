import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Progress } from '../../../dist/progress.js'
import { Scene } from './scene.js'

const largeBytes = 40 * 1024 * 1024
const small = 300

const filled = async (): Promise<Scene> => {
  const scene = await Scene.make()
  for (let n = 0; n < small; n++) await scene.write(`d/f${n}`, `${n % 10}`)
  await scene.write('d/left-out.tmp', randomBytes(1000))
  await scene.write('z/large', randomBytes(largeBytes))
  return scene
}

const totals = { filesTotal: small + 1, bytesTotal: small + largeBytes }

test('a first backup that is to count its source soon tells how much there is, without what is left out', async () => {
  await using scene = await filled()
  const told: Progress[] = []
  const onProgress = (progress: Progress): void => void told.push(progress)
  const report = await scene.backup({ scan: true, exclude: ['*.tmp'], onProgress })
  expect(report).toMatchObject({ totalFilesProcessed: small + 1, totalBytesProcessed: small + largeBytes })
  expect(told.at(-1)).toMatchObject(totals)
})

test('a first backup that is not to count says nothing of totals', async () => {
  await using scene = await filled()
  const told: Progress[] = []
  await scene.backup({ onProgress: (progress) => void told.push(progress) })
  expect(told.length).toBeGreaterThan(0)
  expect(
    told.filter(({ bytesTotal, filesTotal }) => bytesTotal !== undefined || filesTotal !== undefined),
  ).toEqual([])
})

test('a later backup expects what the snapshot before it had', async () => {
  await using scene = await filled()
  await scene.backup({ exclude: ['*.tmp'] })
  const told: Progress[] = []
  await scene.backup({ exclude: ['*.tmp'], onProgress: (progress) => void told.push(progress) })
  expect(told[0]).toMatchObject(totals)
})

test('a source that cannot be counted is told of once, by the backup itself', async () => {
  await using scene = await filled()
  const missing = scene.path('not-there')
  const report = await scene.backup({ scan: true, paths: [scene.source, missing] })
  expect(report.problems).toMatchObject([{ path: missing, reason: 'missing' }])
})
