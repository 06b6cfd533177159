import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { byteStringOfText } from '../../../dist/bytes/byte-string.js'
import { walk } from '../../../dist/filesystem/walk.js'
import { entriesOf } from '../../../dist/filesystem/walk-batch.js'
import { sourceOf } from '../../../dist/operations/backup/source.js'
import { SourceWalk } from '../../../dist/operations/backup/source-walk.js'
import { Scene } from './scene.js'

const scenes: Scene[] = []
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene[Symbol.asyncDispose]()
})

const sceneOf = async (directories: number, filesInEach: number): Promise<Scene> => {
  const scene = await Scene.make()
  scenes.push(scene)
  for (let directory = 0; directory < directories; directory++) {
    const path = join(scene.source, `${directory}`)
    await mkdir(path)
    await Promise.all(Array.from({ length: filesInEach }, (_, file) => writeFile(join(path, `${file}`), '')))
  }
  return scene
}

const source = (scene: Scene) =>
  sourceOf({ paths: [scene.source, '/absent'], exclude: ['7*'] }, [], byteStringOfText('/'))

const expectSameAsOneWalk = async (scene: Scene, begin: boolean): Promise<void> => {
  const { roots, filter } = source(scene)
  const expected: unknown[] = []
  const failed = (path: string, error: unknown): void => {
    expected.push([path, (error as Error).message])
  }
  for (const { path, stat } of walk(roots, filter, failed)) expected.push([path, stat.inode])
  const found: unknown[] = []
  await using inSteps = new SourceWalk(source(scene))
  if (begin) inSteps.begin()
  for (let batch = await inSteps.next(); batch !== undefined; batch = await inSteps.next())
    for (const { path, stat } of entriesOf(batch, (at, error) => found.push([at, (error as Error).message])))
      found.push([path, stat.inode])
  expect(found).toEqual(expected)
}

test('a large source is found in the same order by two threads as by one', async () => {
  const scene = await sceneOf(60, 100)
  await expectSameAsOneWalk(scene, true)
  await expectSameAsOneWalk(scene, false)
})

test('a directory that is longer than what one thread looks at is handed over after its end', async () => {
  const scene = await sceneOf(3, 2500)
  await expectSameAsOneWalk(scene, true)
})

test('a small source is found at once', async () => {
  await expectSameAsOneWalk(await sceneOf(2, 3), true)
  await expectSameAsOneWalk(await sceneOf(0, 0), false)
})

test('a walk that is left in the middle ends its thread', async () => {
  const scene = await sceneOf(60, 100)
  const left = new SourceWalk(source(scene))
  left.begin()
  expect(await left.next()).toBeDefined()
  await left[Symbol.asyncDispose]()
})
